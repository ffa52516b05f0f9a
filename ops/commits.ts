import { spawnSync } from "node:child_process";
import type { ReleaseRecord } from "../components/release-record.ts";
import { ROOT } from "./project.ts";

/** How a commit stands to the one that is live. `unknown`: nobody here can tell. */
export type Age = "older" | "same" | "newer" | "unknown";

type Git = (...args: string[]) => number | null;

const git: Git = (...args) => spawnSync("git", args, { cwd: ROOT, stdio: "ignore" }).status;

/** Whether two names of commits, of which one may be shortened, are of the same. */
export function isSameCommit(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 7 && long.startsWith(short);
}

/**
 * By the clone's history; where that does not have both, as where the app has a repository of its own, by
 * the record: what was live before what is live now is older.
 *
 * @param verified the stack's verified releases, newest first.
 */
export function ageOf(commit: string, verified: readonly ReleaseRecord[], run: Git = git): Age {
  const [live, ...before] = verified;
  if (live === undefined || live.commit === "") return "unknown";
  if (isSameCommit(commit, live.commit)) return "same";
  if ([commit, live.commit].every((one) => run("cat-file", "-e", `${one}^{commit}`) === 0)) {
    return run("merge-base", "--is-ancestor", commit, live.commit) === 0 ? "older" : "newer";
  }
  return before.some((one) => isSameCommit(commit, one.commit)) ? "older" : "unknown";
}
