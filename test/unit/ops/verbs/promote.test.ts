import { expect, test } from "vitest";
import type { ReleaseRecord } from "../../../../components/release-record.ts";
import { mayHaveMoved, refuseTakenBack, verifiedOf } from "../../../../ops/verbs/promote.ts";

const [A, B, C] = ["a", "b", "c"].map((letter) => letter.repeat(40)) as [string, string, string];
const record = (commit: string, image: string, rollbackOf = "") => {
  const when = { time: "2026-11-27T08:00:00Z", by: "ada" };
  return { commit, image, version: `of ${image}`, rollbackOf, ...when } as ReleaseRecord;
};

test("the newest verified image of the commit is taken, whichever of the names is shortened", () => {
  const all = [record(A.slice(0, 12), "app:3"), record(B, "app:2"), record(B, "app:1")];
  expect(verifiedOf(A, "dev", all).image).toBe("app:3");
  expect(verifiedOf(B.slice(0, 8), "dev", all).image).toBe("app:2");
});

test("a commit that was never verified is refused, with those that were", () => {
  expect(() => verifiedOf(C, "dev", [record(A, "app:2"), record("", "app:1")])).toThrow(
    "dev has never verified cccccccccccc, so it cannot be promoted. Promote a commit that it has " +
      "verified, or release this one there first:\n  aaaaaaaaaaaa  of app:2  2026-11-27T08:00:00Z",
  );
  expect(() => verifiedOf(C, "dev", [])).toThrow("It has verified no commit yet.");
});

test("what was rolled back after it was verified is refused, until it is released there again", () => {
  const bad = record(B, "app:2");
  const history = [record(A, "app:1", "app:2"), bad, record(A, "app:1")];
  expect(() => refuseTakenBack(bad, "dev", history)).toThrow(
    "dev verified of app:2, but ada rolled it back on 2026-11-27T08:00:00Z. Release it there again first, " +
      "or promote it anyway with --force.",
  );
  expect(() => refuseTakenBack(bad, "dev", [record(B, "app:2"), ...history])).not.toThrow();
  expect(() => refuseTakenBack(record(A, "app:1"), "dev", history)).not.toThrow();
});

test("an image by its digest is the one that was verified; by a tag, it may be another one", () => {
  expect(mayHaveMoved(`registry.example.org:5000/app@sha256:${"0".repeat(64)}`)).toBe(false);
  expect(["registry.example.org:5000/app:1.2", "app"].map(mayHaveMoved)).toEqual([true, true]);
});
