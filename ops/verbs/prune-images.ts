import { tagsOf } from "../git-version.ts";
import { duration, say } from "../progress.ts";
import { ROOT } from "../project.ts";
import { registryLogin, repositoryOf } from "../registry/pipeline-registry.ts";
import { judge, neededOf, type TaggedImage, type Verdict } from "../registry/prune.ts";
import { ImageRepository } from "../registry/registry.ts";
import { releasedTo } from "../registry/released.ts";
import { removeUnlessNamed } from "../registry/removal.ts";
import { UserError } from "../user-error.ts";
import { positive, readOptions } from "./arguments.ts";
import { table } from "./table.ts";
import type { Verb } from "./verb.ts";

const usage =
  "./slipway prune-images -s STACK [-s STACK ...] [--from REPOSITORY] [--keep N] [--days N] [--dry-run] [--json]";

export const pruneImages: Verb = {
  summary:
    "Delete old images from the registry, except images released to a stack of the project, images with a " +
    "git tag, and the newest.",
  usage,
  group: "Releases",
  async run(args) {
    const started = Date.now();
    const { values } = readOptions(args, usage, {
      stack: { type: "string", short: "s", multiple: true, default: [] },
      from: { type: "string" },
      keep: { type: "string", default: "20" },
      days: { type: "string", default: "30" },
      "dry-run": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    });
    const rules = {
      keep: positive(values.keep, "--keep"),
      days: positive(values.days, "--days"),
      now: started,
    };
    if (values.stack.length === 0) {
      throw new UserError(
        `Which stacks use this registry? Name all of them, so that their images stay. usage: ${usage}`,
      );
    }
    const name = repositoryOf(values.from, process.env);
    // First, and all of them: what can't be asked may need what would be removed.
    const released = await releasedTo(values.stack);
    const repository = new ImageRepository(name, registryLogin(process.env));
    const verdicts = judge(await imagesOf(repository), {
      ...rules,
      needed: neededOf(name, released),
      gitTags: new Set(tagsOf(ROOT)),
    });

    const done = values["dry-run"] ? verdicts : await remove(repository, verdicts);
    process.stdout.write(values.json ? `${JSON.stringify(done, null, 2)}\n` : listed(done));
    const going = done.filter(({ kept }) => kept === undefined);
    const count = `${going.length} of ${done.length} images`;
    say(
      values["dry-run"]
        ? `✓ ${count} would be deleted; nothing was removed.`
        : `✓ Removed ${count} from ${name}: ${duration(started)}. Its garbage collection frees the space.`,
    );
    return 0;
  },
};

/** @returns what has become of them. */
async function remove(
  repository: ImageRepository,
  verdicts: readonly Verdict[],
): Promise<Verdict[]> {
  const done: Verdict[] = [];
  for (const verdict of verdicts) {
    const named =
      verdict.kept === undefined ? await removeUnlessNamed(repository, verdict) : undefined;
    const isNamed = named !== undefined && named.length > 0;
    done.push(isNamed ? { ...verdict, kept: `named ${named.join(", ")} just now` } : verdict);
  }
  return done;
}

async function imagesOf(repository: ImageRepository): Promise<TaggedImage[]> {
  const byDigest = new Map<string, { digest: string; tags: string[]; created: string }>();
  for (const tag of await repository.tags()) {
    const image = await repository.find(tag);
    if (image === undefined) continue; // Removed meanwhile.
    const known = byDigest.get(image.digest);
    if (known === undefined) byDigest.set(image.digest, { ...image, tags: [tag] });
    else known.tags.push(tag);
  }
  return [...byDigest.values()];
}

function listed(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return "There are no images yet.\n";
  return table(
    ["CREATED", "STAYS", "TAGS"],
    verdicts.map(({ created, kept, tags }) => [
      created.slice(0, 10) || "unknown",
      kept ?? "no",
      tags.join(" "),
    ]),
  );
}
