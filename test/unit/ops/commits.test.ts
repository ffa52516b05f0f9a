import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
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

const record = (...of: string[]) => of.map((commit) => ({ commit, image: "" }) as ReleaseRecord);
const FOREIGN = ["a".repeat(40), "b".repeat(40), "c".repeat(40)] as const;
const ageOfCommit = (commit: string, releases: readonly ReleaseRecord[]) =>
  ageOf({ commit, image: undefined, sequence: undefined }, releases, run);

test.each<[string, string, readonly ReleaseRecord[], string]>([
  ["an ancestor of what is live", commits[0], record(commits[1]), "older"],
  ["what is live", commits[1], record(commits[1].slice(0, 12)), "same"],
  ["a descendant", commits[2], record(commits[1]), "newer"],
  ["an older one that was live before", commits[0], record(commits[2], commits[0]), "older"],
  ["one of another branch", beside, record(commits[2]), "newer"],
  ["one that a rollback took back", commits[2], record(commits[0], commits[2]), "older"],
  ["one before that", commits[1], record(commits[0], commits[2]), "older"],
  ["one after that", commits[2], record(commits[0], commits[1], commits[0]), "newer"],
  [
    "one that history does not have, live before",
    FOREIGN[1],
    record(FOREIGN[0], FOREIGN[1]),
    "older",
  ],
  ["one that nothing knows", FOREIGN[2], record(FOREIGN[0], FOREIGN[1]), "unknown"],
  ["anything on an image without a commit", commits[0], record(""), "unknown"],
  ["anything on an empty stack", commits[0], [], "unknown"],
])("%s", (_, commit, releases, expected) => {
  expect(ageOfCommit(commit, releases).age).toBe(expected);
});

test("What is older is so than the newest that it came before, live or not", () => {
  const releases = record(commits[0], commits[2], commits[1], commits[0]);
  expect(ageOfCommit(commits[1], releases)).toEqual({ age: "older", than: releases[1] });
});

describe("An app in a repository of its own, whose commits nobody here knows", () => {
  const APP = "registry.example.org:5000/team/app";
  const released = (sequence: number | undefined, of = 0, image = `${APP}@sha256:0`) =>
    ({
      ...{ commit: FOREIGN[of], image },
      ...(sequence === undefined ? {} : { sequence }),
    }) as ReleaseRecord;
  const age = (sequence: number | undefined, ...releases: ReleaseRecord[]) =>
    ageOf({ commit: FOREIGN[2], image: `${APP}:main@sha256:1`, sequence }, releases, run);

  test("the sequence of its pipelines decides", () => {
    const newest = released(7);
    expect(age(6, newest)).toEqual({ age: "older", than: newest });
    expect(age(8, newest)).toEqual({ age: "newer" });
  });

  test("by the newest that was ever verified, also where a rollback is live", () => {
    const [back, newest] = [released(5), released(7, 1)];
    for (const sequence of [6, 7]) {
      expect(age(sequence, back, newest)).toEqual({ age: "older", than: newest });
    }
    expect(age(8, back, newest)).toEqual({ age: "newer" });
  });

  test("what is live may be released again", () => {
    expect(age(7, released(7, 2))).toEqual({ age: "same" });
  });

  test("records without one, and those of another repository, do not count", () => {
    expect(age(3, released(undefined)).age).toBe("unknown");
    expect(age(3, released(9, 0, "registry.example.org:5000/team/other@sha256:0")).age).toBe(
      "unknown",
    );
    expect(age(undefined, released(9)).age).toBe("unknown");
  });
});
