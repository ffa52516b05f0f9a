import { isVersionTag } from "../../infra/git-version.ts";

/** An image with all of its tags: it is removed as a whole, or stays. */
export interface TaggedImage {
  readonly digest: string;
  readonly tags: readonly string[];
  /** ISO 8601; empty where the image does not say. */
  readonly created: string;
}

export interface PruneRules {
  /** How many of the newest stay, however old they are. */
  readonly keep: number;
  /** How old the others may become. */
  readonly days: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Digests and tags that something may go back to. */
  readonly needed: ReadonlySet<string>;
  /** Tags of the repository in git. */
  readonly gitTags: ReadonlySet<string>;
}

export interface Verdict extends TaggedImage {
  /** Why it stays; undefined where it goes. */
  readonly kept: string | undefined;
}

/** Tags that are no release: what a build takes layers from. */
const ALWAYS = ["latest", "buildcache"];
const DAY = 24 * 60 * 60 * 1000;

/** What becomes of each image, newest first. */
export function judge(images: readonly TaggedImage[], rules: PruneRules): Verdict[] {
  const newestFirst = [...images].sort((a, b) => ageless(b) - ageless(a));
  return newestFirst.map((image, index) => ({ ...image, kept: reasonToKeep(image, index, rules) }));
}

function reasonToKeep(
  image: TaggedImage,
  index: number,
  { keep, days, now, needed, gitTags }: PruneRules,
): string | undefined {
  if ([image.digest, ...image.tags].some((one) => needed.has(one))) return "released";
  const version = image.tags.find((tag) => isVersionTag(tag) || gitTags.has(tag));
  if (version !== undefined) return `tag ${version} of git`;
  const always = image.tags.find((tag) => ALWAYS.includes(tag));
  if (always !== undefined) return always;
  if (madeAt(image) === undefined) return "age unknown";
  if (index < keep) return `one of the ${keep} newest`;
  if (now - ageless(image) < days * DAY) return `younger than ${days} days`;
  return undefined;
}

/** Builds that are the same whenever they are made say 1970 or 1980: there was no registry then. */
const FIRST = Date.parse("2000-01-01T00:00:00Z");

function madeAt({ created }: TaggedImage): number | undefined {
  const time = Date.parse(created);
  return time >= FIRST ? time : undefined;
}

const ageless = (image: TaggedImage) => madeAt(image) ?? Number.MAX_SAFE_INTEGER;

/**
 * What of a repository a rollback may need: the digests, and the tags, of all that was released.
 *
 * @param released references of images, of every stack.
 */
export function neededOf(repository: string, released: readonly string[]): Set<string> {
  const digests = released.flatMap((one) => /@(sha256:[0-9a-f]{64})$/.exec(one)?.[1] ?? []);
  const tags = released
    .filter((one) => one.startsWith(`${repository}:`))
    .map((one) => one.slice(repository.length + 1));
  return new Set([...digests, ...tags]);
}
