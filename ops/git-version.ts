import { git } from "../infra/git.ts";
import { UserError } from "./user-error.ts";

export interface GitVersion {
  /** All 40 digits. */
  readonly commit: string;
  /** `v1.4.2` on a tag, `1.4.2-7-gabc1234` seven commits after it, `0.0.0-12-gabc1234` without one. */
  readonly version: string;
}

/** Tags that name a version; others are somebody's own affair. */
const VERSION_TAG = /^v\d+\.\d+\.\d+([-+][\w.+-]+)?$/;

export const isVersionTag = (name: string): boolean => VERSION_TAG.test(name);

/**
 * The version of what is checked out in a folder, made by git alone: nobody writes a number into a file.
 *
 * @param tag of the pipeline that runs, where a commit has several.
 * @throws UserError where git can't say, with what to type.
 */
export function gitVersion(folder: string, tag?: string): GitVersion {
  const commit = git(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}");
  if (commit === undefined) {
    throw new UserError(
      `${folder} is in no git repository with a commit, and the version is made by git. ` +
        'Commit what is there: `git init && git add --all && git commit -m "First"`.',
    );
  }
  const here = versionTags(git(folder, "tag", "--points-at", "HEAD", "--sort=-version:refname"));
  const named = tag !== undefined && here.includes(tag) ? tag : here[0];
  if (named !== undefined) return { commit, version: named };
  if (git(folder, "rev-parse", "--is-shallow-repository") === "true") {
    throw new UserError(
      `The clone that ${folder} is in is shallow: commits and tags that name the version are missing. ` +
        "In a job set `GIT_DEPTH: 0`; elsewhere `git fetch --unshallow --tags`.",
    );
  }
  return { commit, version: describe(folder, commit) };
}

function describe(folder: string, commit: string): string {
  const last = versionTags(git(folder, "tag", "--merged", "HEAD", "--sort=-version:refname"))[0];
  const range = last === undefined ? "HEAD" : `${last}..HEAD`;
  const count = git(folder, "rev-list", "--count", range) ?? "0";
  return `${last?.slice(1) ?? "0.0.0"}-${count}-g${commit.slice(0, 7)}`;
}

const versionTags = (lines: string | undefined): string[] =>
  (lines ?? "").split("\n").filter(isVersionTag);

/** Whether what is below a folder is as it was committed. */
export function isCommitted(folder: string): boolean {
  return git(folder, "status", "--porcelain", "--", ".") === "";
}

/** Whether one commit came before another; undefined where this clone does not know both. */
export function isBefore(folder: string, earlier: string, later: string): boolean | undefined {
  const known = [earlier, later].every(
    (one) => git(folder, "cat-file", "-e", `${one}^{commit}`) !== undefined,
  );
  if (!known) return undefined;
  return (
    earlier !== later && git(folder, "merge-base", "--is-ancestor", earlier, later) !== undefined
  );
}

/** The branch that is checked out; undefined where a commit is. */
export const branchOf = (folder: string): string | undefined =>
  git(folder, "symbolic-ref", "--quiet", "--short", "HEAD");

/** Every tag of the repository. */
export const tagsOf = (folder: string): string[] =>
  (git(folder, "tag", "--list") ?? "").split("\n").filter(Boolean);
