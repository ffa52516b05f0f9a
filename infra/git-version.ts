import { git } from "./git.ts";
import { VERSION } from "./patterns.ts";

/** Tags that name a version. */
const VERSION_TAG = /^v\d+\.\d+\.\d+([-+][\w.+-]+)?$/;

export const isVersionTag = (name: string): boolean =>
  VERSION_TAG.test(name) && VERSION.pattern.test(name);

/**
 * The version of a commit, made by git alone, so that nobody writes a number into a file: `v1.4.2` on a tag,
 * `1.4.2-7-gabc1234` seven commits after it, `0.0.0-12-gabc1234` without one. Undefined in a shallow clone,
 * where the commits and tags that it is made of are missing.
 *
 * @param tag of the pipeline that runs, where a commit has several.
 */
export function versionOf(folder: string, commit: string, tag?: string): string | undefined {
  const here = versionTags(git(folder, "tag", "--points-at", commit, "--sort=-version:refname"));
  const named = tag !== undefined && here.includes(tag) ? tag : here[0];
  if (named !== undefined) return named;
  if (git(folder, "rev-parse", "--is-shallow-repository") === "true") return undefined;
  const last = versionTags(git(folder, "tag", "--merged", commit, "--sort=-version:refname"))[0];
  const range = last === undefined ? commit : `${last}..${commit}`;
  const count = git(folder, "rev-list", "--count", range) ?? "0";
  return `${last?.slice(1) ?? "0.0.0"}-${count}-g${commit.slice(0, 7)}`;
}

const versionTags = (lines: string | undefined): string[] =>
  (lines ?? "").split("\n").filter(isVersionTag);
