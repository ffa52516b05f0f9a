import { execFileSync, spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findProcess, findProcessesWith } from "../../../ops/processes.ts";

function sleeper(program = "sleep", env = {}) {
  const child = spawn(program, ["60"], { env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child.pid ?? 0;
}

test("a process is known by its name, its parent, and when it began", () => {
  const found = findProcess(process.pid);
  expect(found).toMatchObject({ pid: process.pid, parent: process.ppid });
  expect(found?.began).toMatch(/^\d+$/);
  expect(findProcess(process.pid)).toEqual(found);
});

test("a later process began later", () => {
  const began = findProcess(sleeper())?.began;
  expect(Number(began)).toBeGreaterThan(Number(findProcess(process.pid)?.began));
});

test("a name with brackets and spaces in it is read whole", () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-processes-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, "a) R 1 (b");
  copyFileSync(execFileSync("which", ["sleep"], { encoding: "utf8" }).trim(), program);
  const pid = sleeper(program);
  expect(findProcess(pid)).toMatchObject({ name: "a) R 1 (b", parent: process.pid });
});

test("none is found of a process that has ended, nor of a number that nobody has", () => {
  expect(findProcess(spawnSync("true").pid)).toBeUndefined();
  expect(findProcess(2 ** 30)).toBeUndefined();
});

test("a killed process that nobody has collected is not found", async () => {
  // Its parent, a shell that has become a sleep, never asks for it.
  const parent = spawn("sh", ["-c", "sleep 0.5 & echo $!; exec sleep 60"]);
  onTestFinished(() => void parent.kill("SIGKILL"));
  const printed: Buffer = await new Promise((done) => parent.stdout.once("data", done));
  const zombie = Number(printed.toString());
  await expect.poll(() => findProcess(zombie), { timeout: 5_000 }).toBeUndefined();
  expect(() => process.kill(zombie, 0)).not.toThrow();
});

test("processes are found by a variable that they were started with, at its very value", () => {
  const pid = sleeper("sleep", { SLIPWAY_TEST_MARK: `mark-${process.pid}` });
  const found = (value: string) =>
    findProcessesWith({ SLIPWAY_TEST_MARK: value }).map((one) => one.pid);
  expect(found(`mark-${process.pid}`)).toEqual([pid]);
  expect(found("mark")).toEqual([]);
});
