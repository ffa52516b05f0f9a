import { spawnSync } from "node:child_process";
import type { ReleaseRecord } from "../components/release-record.ts";
import { ROOT } from "./project.ts";

/** What is to be released, as far as it tells its age. */
export interface Candidate {
  readonly commit: string | undefined;
  readonly image: string | undefined;
  /** Grows with each push to the app's default branch; undefined where nobody handed one over. */
  readonly sequence: number | undefined;
}

/** How a candidate stands to what was released. */
export type Age =
  | { readonly age: "older"; readonly than: ReleaseRecord }
  /** Of the commit that is live. */
  | { readonly age: "same" }
  | { readonly age: "newer" }
  /** Nobody here can tell. */
  | { readonly age: "unknown" };

type Git = (...args: string[]) => number | null;

const git: Git = (...args) => spawnSync("git", args, { cwd: ROOT, stdio: "ignore" }).status;

/** Whether two names of commits, of which one may be shortened, are of the same. */
export function isSameCommit(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 7 && long.startsWith(short);
}

/**
 * Judged by all that was ever verified, so that what a rollback took back does not come again by a
 * pipeline that is late or run again: by the sequence where there is one, otherwise by the clone's history,
 * and by the record where that does not have the commit.
 *
 * @param verified the stack's verified releases, newest first.
 */
export function ageOf(
  candidate: Candidate,
  verified: readonly ReleaseRecord[],
  run: Git = git,
): Age {
  const { commit } = candidate;
  const [live] = verified;
  if (live === undefined) return { age: "unknown" };
  if (commit !== undefined && isSameCommit(commit, live.commit)) return { age: "same" };
  return bySequence(candidate, verified) ?? byCommit(commit, verified, run);
}

/** Undefined where either side has none. */
function bySequence({ image, sequence }: Candidate, verified: readonly ReleaseRecord[]) {
  if (sequence === undefined || image === undefined) return undefined;
  // Another repository counts its pipelines on its own.
  const app = repositoryOf(image);
  const newest = verified
    .filter((one) => one.sequence !== undefined && repositoryOf(one.image) === app)
    .toSorted((a, b) => sequenceOf(b) - sequenceOf(a))[0];
  if (newest === undefined) return undefined;
  return sequence > sequenceOf(newest) ? NEWER : older(newest);
}

function byCommit(commit: string | undefined, verified: readonly ReleaseRecord[], run: Git): Age {
  if (commit === undefined) return { age: "unknown" };
  const known = verified.filter((one) => one.commit !== "");
  const isAncestor = (one: ReleaseRecord) => run("merge-base", "--is-ancestor", commit, one.commit);
  const than = known.find((one) => isSameCommit(commit, one.commit) || isAncestor(one) === 0);
  if (than !== undefined) return older(than);
  // git ends with 1 for a commit that it knows, and with 128 for one that it does not.
  const [live] = verified;
  return live !== undefined && live.commit !== "" && isAncestor(live) === 1
    ? NEWER
    : { age: "unknown" };
}

const NEWER: Age = { age: "newer" };
const older = (than: ReleaseRecord): Age => ({ age: "older", than });
const sequenceOf = (one: ReleaseRecord) => one.sequence ?? 0;

/** An image's name without tag and digest. */
const repositoryOf = (image: string) => image.split("@")[0]?.replace(/:[\w][\w.-]*$/, "");
