import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { beganHere, noted } from "../../../../ops/locks/own-runs.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-runs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lockAt = (time: number) => ({
  ...{ pid: 1, username: "ann", hostname: "build-box" },
  timestamp: new Date(time).toISOString(),
});
const minutes = (count: number) => Date.now() + count * 60_000;

test("a lock that was made while an engine of this machine began is known as its own", async () => {
  await noted(
    async () => {
      expect(beganHere(lockAt(minutes(0)), folder)).toBe(true);
      expect(beganHere(lockAt(minutes(3)), folder)).toBe(true);
      for (const other of [minutes(-5), minutes(10)]) {
        expect(beganHere(lockAt(other), folder)).toBe(false);
      }
    },
    { folder },
  );
});

test("one that ended well has released its lock: a lock of that time is another's", async () => {
  await noted(async () => {}, { folder });
  expect(beganHere(lockAt(minutes(0)), folder)).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});

test("one that failed may have been killed, and have left its lock", async () => {
  const work = () => Promise.reject(new Error("failed"));
  await expect(noted(work, { folder })).rejects.toThrow("failed");
  expect(beganHere(lockAt(minutes(0)), folder)).toBe(true);
});

test("a note of another machine, whose home this is too, says nothing, nor does one that is cut off", () => {
  const note = { since: new Date().toISOString(), machine: "another" };
  writeFileSync(join(folder, "1-1.json"), JSON.stringify(note));
  writeFileSync(join(folder, "2-2.json"), '{"since":');
  expect(beganHere(lockAt(minutes(0)), folder)).toBe(false);
});

test("notes of runs that were killed long ago go", async () => {
  const old = join(folder, "1-1.json");
  writeFileSync(old, "{}");
  utimesSync(old, 0, 0);
  await noted(async () => expect(readdirSync(folder)).not.toContain("1-1.json"), { folder });
});
