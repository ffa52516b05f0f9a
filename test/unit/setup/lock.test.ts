import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { findProcess } from "../../../ops/processes.ts";
import { UserError } from "../../../ops/user-error.ts";
import { alone } from "../../../setup/lock.ts";

const own = vi.hoisted(() => ({ folder: "", said: [] as string[] }));
vi.mock("../../../ops/project.ts", () => {
  own.folder = mkdtempSync(join(tmpdir(), "slipway-lock-"));
  return { OWN: own.folder };
});
vi.mock("../../../ops/progress.ts", () => ({ say: (line: string) => own.said.push(line) }));

const file = () => join(own.folder, "lock.json");
beforeEach(() => {
  own.said.splice(0);
  rmSync(file(), { force: true });
});
afterAll(() => rmSync(own.folder, { recursive: true, force: true }));

const SINCE = "2026-03-04T05:06:07.000Z";
const heldBy = (pid: number, began: string | undefined) =>
  writeFileSync(file(), JSON.stringify({ pid, began, command: "npm start", since: SINCE }));

const KILLED = "`npm start` was killed before it was done; this run goes on from there.";

test("the lock is held while the work is done, and gone after it", async () => {
  const held = await alone("npm stop", async () => JSON.parse(readFileSync(file(), "utf8")));
  expect(held).toMatchObject({ pid: process.pid, command: "npm stop" });
  expect(existsSync(file())).toBe(false);
});

test("the lock is gone after work that failed", async () => {
  const work = () => Promise.reject(new Error("no"));
  await expect(alone("npm stop", work)).rejects.toThrow("no");
  expect(existsSync(file())).toBe(false);
});

test("a command that is at work is named, and keeps its lock", async () => {
  heldBy(process.pid, findProcess(process.pid)?.began);
  const work = vi.fn();
  await expect(alone("npm stop", work)).rejects.toThrow(
    new UserError(
      `\`npm start\` is already at work on this clone (process ${process.pid}, since ${SINCE}). ` +
        "Wait for it, or end it with Ctrl-C where it runs.",
    ),
  );
  expect(work).not.toHaveBeenCalled();
  expect(existsSync(file())).toBe(true);
});

test("a command that was killed loses its lock, and that is said", async () => {
  const child = spawn("sleep", ["60"]);
  heldBy(child.pid ?? 0, findProcess(child.pid ?? 0)?.began);
  const ended = new Promise((done) => child.once("close", done));
  child.kill("SIGKILL");
  await ended;
  expect(await alone("npm stop", async () => "done")).toBe("done");
  expect(own.said).toEqual([KILLED]);
});

test("a process that has only got the number of a killed one is not taken for it", async () => {
  heldBy(process.pid, "1");
  expect(await alone("npm stop", async () => "done")).toBe("done");
  expect(own.said).toEqual([KILLED]);
});

test("a lock that was cut off while it was written is taken over", async () => {
  writeFileSync(file(), '{"pid":');
  expect(await alone("npm stop", async () => "done")).toBe("done");
});

test("of two commands that begin together one is refused", async () => {
  const first = alone("npm start", () => new Promise((done) => setImmediate(done)));
  await expect(alone("npm stop", async () => {})).rejects.toThrow("`npm start` is already at work");
  await first;
});
