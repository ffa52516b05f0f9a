import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
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

/** As the Automation API runs it. */
async function engineThat(does: string): Promise<void> {
  const root = join(folder, "engine");
  mkdirSync(join(root, "bin"), { recursive: true });
  const script = `#!/bin/sh\n[ "$1" = version ] && exec echo v3.259.0\n${does}\n`;
  writeFileSync(join(root, "bin", "pulumi"), script, { mode: 0o755 });
  const engine = (await PulumiCommand.get({ root, skipVersionCheck: true })) as unknown as {
    run(args: string[], folder: string, env: object): Promise<unknown>;
  };
  await engine.run(["up"], folder, {});
}

test("one that was killed has left its lock", async () => {
  const runs = join(folder, "runs");
  const work = () => engineThat("kill -KILL $$");
  await expect(noted(work, { folder: runs })).rejects.toThrow("SIGKILL");
  expect(beganHere(lockAt(minutes(0)), runs)).toBe(true);
});

test.each([
  ["failed", () => engineThat("exit 255")],
  ["never started", () => Promise.reject(new Error("spawn pulumi ENOENT"))],
])("one that %s has no lock: one of that time is another's", async (_, work) => {
  const runs = join(folder, "runs");
  await expect(noted(work, { folder: runs })).rejects.toThrow();
  expect(beganHere(lockAt(minutes(0)), runs)).toBe(false);
  expect(readdirSync(runs)).toEqual([]);
});

test("of one that says nothing but its end, whoever started it says whether it was killed", async () => {
  const hasEnded = (code: number | null) => code !== null;
  await noted(async () => 255, { folder, hasEnded });
  expect(beganHere(lockAt(minutes(0)), folder)).toBe(false);
  await noted(async () => null, { folder, hasEnded });
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
