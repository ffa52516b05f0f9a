import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { ReleaseRecord } from "../../../components/release-record.ts";
import { ageOf } from "../../../ops/commits.ts";

const folder = mkdtempSync(join(tmpdir(), "slipway-commits-"));
afterAll(() => rmSync(folder, { recursive: true }));
const git = (...args: string[]) =>
  execFileSync(
    "git",
    ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.org", ...args],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  ).trim();
const run = (...args: string[]) => spawnSync("git", ["-C", folder, ...args]).status;

git("init", "--quiet");
const commits = ["first", "second", "third"].map((message) => {
  git("commit", "--quiet", "--allow-empty", "--message", message);
  return git("rev-parse", "HEAD");
}) as [string, string, string];
git("checkout", "--quiet", "-b", "side", commits[0]);
git("commit", "--quiet", "--allow-empty", "--message", "beside");
const beside = git("rev-parse", "HEAD");

const record = (...of: string[]) => of.map((commit) => ({ commit }) as ReleaseRecord);
const FOREIGN = ["a".repeat(40), "b".repeat(40), "c".repeat(40)] as const;

test.each<[string, string, readonly ReleaseRecord[], string]>([
  ["an ancestor of what is live", commits[0], record(commits[1]), "older"],
  ["what is live", commits[1], record(commits[1].slice(0, 12)), "same"],
  ["a descendant", commits[2], record(commits[1]), "newer"],
  ["an older one that was live before", commits[0], record(commits[2], commits[0]), "older"],
  ["one of another branch", beside, record(commits[2]), "newer"],
  ["an ancestor, where a rollback is live", commits[2], record(commits[0], commits[2]), "newer"],
  [
    "one that history does not have, live before",
    FOREIGN[1],
    record(FOREIGN[0], FOREIGN[1]),
    "older",
  ],
  ["one that nothing knows", FOREIGN[2], record(FOREIGN[0], FOREIGN[1]), "unknown"],
  ["anything on an image without a commit", commits[0], record(""), "unknown"],
  ["anything on an empty stack", commits[0], [], "unknown"],
])("%s", (_, commit, releases, age) => {
  expect(ageOf(commit, releases, run)).toBe(age);
});
