import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { releaseDeadLocks } from "../../../../ops/locks/local.ts";
import { UserError } from "../../../../ops/user-error.ts";

const own = vi.hoisted(() => ({ folder: "", said: [] as string[] }));
vi.mock("../../../../ops/tools.ts", async () => {
  own.folder = mkdtempSync(join(tmpdir(), "slipway-locks-"));
  return { STATE_FOLDER: own.folder };
});
vi.mock("../../../../ops/progress.ts", () => ({ say: (line: string) => own.said.push(line) }));

const locks = () => join(own.folder, ".pulumi/locks/organization/slipway/local");
beforeEach(() => {
  own.said.splice(0);
  rmSync(locks(), { recursive: true, force: true });
});
afterAll(() => rmSync(own.folder, { recursive: true, force: true }));

/** Writes a lock as the engine does. */
function lock(pid: number, host = hostname()): string {
  mkdirSync(locks(), { recursive: true });
  const file = join(locks(), "0b7c.json");
  const timestamp = "2026-03-04T05:06:07Z";
  writeFileSync(file, JSON.stringify({ pid, username: "ann", hostname: host, timestamp }));
  return file;
}

const deadPid = () => spawnSync("true").pid;

/** Starts a process under the engine's name. */
function engine(): number {
  const program = join(own.folder, "pulumi");
  copyFileSync(execFileSync("which", ["sleep"], { encoding: "utf8" }).trim(), program);
  const child = spawn(program, ["60"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  return child.pid ?? 0;
}

test("without locks there is nothing to do", () => {
  releaseDeadLocks("local");
  expect(own.said).toEqual([]);
});

test("the lock of a process that is dead is released, and that is said", () => {
  const pid = deadPid();
  writeFileSync(`${lock(pid)}.attrs`, "{}");
  releaseDeadLocks("local");
  expect(readdirSync(locks())).toEqual([]);
  expect(own.said).toEqual([`Released the lock of a run that was killed (process ${pid}).`]);
});

test("the lock of an engine that lives is kept, and its process is named", () => {
  const pid = engine();
  const file = lock(pid);
  expect(() => releaseDeadLocks("local")).toThrow(
    new UserError(
      `Stack "local" is being changed by pulumi, process ${pid} of ann on ${hostname()}, ` +
        "since 2026-03-04T05:06:07Z. Wait for it, or end it there.",
    ),
  );
  expect(existsSync(file)).toBe(true);
});

test("a process that has only got the number of a dead engine is not taken for it", () => {
  const file = lock(process.pid);
  releaseDeadLocks("local");
  expect(existsSync(file)).toBe(false);
});

test("the lock of a process that is hidden from this user is kept", () => {
  const file = lock(deadPid());
  const kill = vi.spyOn(process, "kill").mockImplementation(() => {
    throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
  });
  onTestFinished(() => kill.mockRestore());
  expect(() => releaseDeadLocks("local")).toThrow('Stack "local" is being changed by pulumi');
  expect(existsSync(file)).toBe(true);
});

test("a lock that was cut off while it was written is removed without a word", () => {
  const file = lock(process.pid);
  writeFileSync(file, '{"pid":');
  releaseDeadLocks("local");
  expect([existsSync(file), own.said]).toEqual([false, []]);
});

test("the lock of another machine is kept, whatever its process is called here", () => {
  const file = lock(deadPid(), "another-machine");
  expect(() => releaseDeadLocks("local")).toThrow("on another-machine, since");
  expect(existsSync(file)).toBe(true);
});

test("the lock of another stack is not looked at", () => {
  const file = lock(deadPid());
  releaseDeadLocks("other");
  expect(existsSync(file)).toBe(true);
});
