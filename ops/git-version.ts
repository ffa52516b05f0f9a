import { git, gitRefusal } from "../infra/git.ts";
import { versionOf } from "../infra/git-version.ts";
import { UserError } from "./user-error.ts";

export interface GitVersion {
  /** All 40 digits. */
  readonly commit: string;
  /** `v1.4.2` on a tag, `1.4.2-7-gabc1234` seven commits after it, `0.0.0-12-gabc1234` without one. */
  readonly version: string;
}

/**
 * The version of what is checked out in a folder, made by git alone: nobody writes a number into a file.
 *
 * @param tag of the pipeline that runs, where a commit has several.
 * @throws UserError where git can't say, with what to type.
 */
export function gitVersion(folder: string, tag?: string): GitVersion {
  const commit = git(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}");
  if (commit === undefined) throw withoutCommit(folder);
  const version = versionOf(folder, commit, tag);
  if (version !== undefined) return { commit, version };
  throw new UserError(
    `The clone that ${folder} is in is shallow: commits and tags that name the version are missing. ` +
      "In a job set `GIT_DEPTH: 0`; elsewhere `git fetch --unshallow --tags`.",
  );
}

function withoutCommit(folder: string): UserError {
  const refusal = gitRefusal(folder);
  if (refusal !== undefined) {
    return new UserError(`git does not read ${folder}, and the version is made by git: ${refusal}`);
  }
  return new UserError(
    `${folder} is in no git repository with a commit, and the version is made by git. ` +
      'Commit what is there: `git init && git add --all && git commit -m "First"`.',
  );
}

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

/** Whether a branch has a commit, as a job has fetched it, or else as it is here; true where neither is known. */
export function isOnBranch(folder: string, branch: string | undefined, commit: string): boolean {
  if (!branch) return true;
  const heads = [`refs/remotes/origin/${branch}`, `refs/heads/${branch}`];
  const head = heads.find((one) => git(folder, "rev-parse", "--verify", "--quiet", one));
  if (head === undefined) return true;
  return git(folder, "merge-base", "--is-ancestor", commit, head) !== undefined;
}

/** The branch that is checked out; undefined where a commit is. */
export const branchOf = (folder: string): string | undefined =>
  git(folder, "symbolic-ref", "--quiet", "--short", "HEAD");

/** Every tag of the repository. */
export const tagsOf = (folder: string): string[] =>
  (git(folder, "tag", "--list") ?? "").split("\n").filter(Boolean);
