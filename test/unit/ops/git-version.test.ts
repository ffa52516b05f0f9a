import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { gitVersion, isBefore, isCommitted } from "../../../ops/git-version.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-version-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const AUTHOR = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
const git = (...args: string[]) =>
  execFileSync("git", ["-C", folder, ...AUTHOR, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
const commit = (message: string) => {
  git("commit", "--quiet", "--allow-empty", "--message", message);
  return git("rev-parse", "HEAD");
};

test("a tag vX.Y.Z is the version of its commit", () => {
  git("init", "--quiet");
  const sha = commit("one");
  git("tag", "v1.4.2");
  git("tag", "nightly");
  expect(gitVersion(folder)).toEqual({ commit: sha, version: "v1.4.2" });
});

test("where git refuses the folder, its reason and its line are said, and not that there is no repository", () => {
  git("init", "--quiet");
  commit("one");
  vi.stubEnv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
  vi.stubEnv("HOME", folder);
  expect(() => gitVersion(folder)).toThrow(
    `git does not read ${folder}, and the version is made by git: detected dubious ownership in ` +
      `repository at '${folder}'. Type: git config --global --add safe.directory ${folder}`,
  );
});

test("after a tag, the version counts the commits since it", () => {
  git("init", "--quiet");
  commit("one");
  git("tag", "v1.4.2");
  commit("two");
  const sha = commit("three");
  expect(gitVersion(folder).version).toBe(`1.4.2-2-g${sha.slice(0, 7)}`);
});

test("without a tag, the version counts all commits", () => {
  git("init", "--quiet");
  commit("one");
  const sha = commit("two");
  git("tag", "release-9");
  expect(gitVersion(folder).version).toBe(`0.0.0-2-g${sha.slice(0, 7)}`);
});

test("of two tags on one commit, that of the pipeline is the version, else the highest", () => {
  git("init", "--quiet");
  commit("one");
  git("tag", "v1.10.0");
  git("tag", "v1.9.0");
  expect(gitVersion(folder).version).toBe("v1.10.0");
  expect(gitVersion(folder, "v1.9.0").version).toBe("v1.9.0");
  expect(gitVersion(folder, "v7.0.0").version).toBe("v1.10.0");
});

test("a shallow clone is told apart, but for a commit with a tag", () => {
  const origin = mkdtempSync(join(tmpdir(), "slipway-origin-"));
  try {
    execFileSync("git", ["init", "--quiet", origin]);
    for (const message of ["one", "two"]) {
      execFileSync("git", ["-C", origin, ...AUTHOR, "commit", "-qm", message, "--allow-empty"]);
    }
    execFileSync("git", ["clone", "--quiet", "--depth", "1", `file://${origin}`, folder]);
    expect(() => gitVersion(folder)).toThrow(/is shallow.*GIT_DEPTH: 0.*--unshallow/s);
    git("tag", "v2.0.0");
    expect(gitVersion(folder).version).toBe("v2.0.0");
  } finally {
    rmSync(origin, { recursive: true, force: true });
  }
});

test("where there is no commit, what to type is said", () => {
  expect(() => gitVersion(folder)).toThrow("git init && git add --all && git commit");
});

test("of two commits, the one before is known, and what is not known is told apart", () => {
  git("init", "--quiet");
  const one = commit("one");
  const two = commit("two");
  expect(isBefore(folder, one, two)).toBe(true);
  expect(isBefore(folder, two, one)).toBe(false);
  expect(isBefore(folder, two, two)).toBe(false);
  expect(isBefore(folder, one, "0".repeat(40))).toBeUndefined();
});

test("a file that is not committed is seen", () => {
  git("init", "--quiet");
  commit("one");
  expect(isCommitted(folder)).toBe(true);
  writeFileSync(join(folder, "new.txt"), "new");
  expect(isCommitted(folder)).toBe(false);
});
