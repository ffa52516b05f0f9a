import { expect, test } from "vitest";
import type { ReleaseRecord } from "../../../../components/release-record.ts";
import { chooseGoal } from "../../../../ops/verbs/rollback.ts";

const entry = (version: string, rollbackOf = ""): ReleaseRecord => ({
  image: `app:${version}`,
  version,
  commit: "",
  time: "2026-01-01T00:00:00Z",
  by: "somebody",
  verified: true,
  rollbackOf: rollbackOf === "" ? "" : `app:${rollbackOf}`,
  mark: "slipway-test/app:0",
});
const goalOf = (verified: readonly ReleaseRecord[], version?: string) =>
  chooseGoal(verified, version, "dev").goal.version;

test("a rollback goes to the release before the live one", () => {
  expect(goalOf([entry("3"), entry("2"), entry("1")], undefined)).toBe("2");
});

test("a second deploy of the same image is no release to go back to", () => {
  expect(goalOf([entry("3"), entry("3"), entry("2")], undefined)).toBe("2");
});

test("a second rollback goes further back, not to what was taken back", () => {
  expect(goalOf([entry("2", "3"), entry("3"), entry("2"), entry("1")], undefined)).toBe("1");
});

test("a version that is named is gone to, also to one that was taken back", () => {
  const all = [entry("2", "3"), entry("3"), entry("2"), entry("1")];
  expect(goalOf(all, "3")).toBe("3");
  expect(goalOf(all, "1")).toBe("1");
});

test("where there is nothing to go back to, it is said, and what to type", () => {
  expect(() => chooseGoal([], undefined, "dev")).toThrow("Nothing was released");
  expect(() => chooseGoal([entry("1")], undefined, "dev")).toThrow("--to VERSION");
  expect(() => chooseGoal([entry("1")], "1", "dev")).toThrow("1 is live already");
  expect(() => chooseGoal([entry("2"), entry("1")], "9", "dev")).toThrow("no verified release 9");
});
