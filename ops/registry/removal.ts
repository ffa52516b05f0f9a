import type { TaggedImage } from "./prune.ts";
import type { ImageRepository } from "./registry.ts";

type Repository = Pick<ImageRepository, "tags" | "digestOf" | "remove">;

/**
 * Removes an image, unless it has a name by now that it did not have when it was judged: a pipeline may have
 * given it a version's, and a removal takes all of them away.
 *
 * @returns the names that it was given meanwhile; none where it is gone.
 */
export async function removeUnlessNamed(
  repository: Repository,
  { digest, tags }: TaggedImage,
): Promise<string[]> {
  const named: string[] = [];
  for (const tag of await repository.tags()) {
    if (!tags.includes(tag) && (await repository.digestOf(tag)) === digest) named.push(tag);
  }
  if (named.length === 0) await repository.remove(digest);
  return named;
}
