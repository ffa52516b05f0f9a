import { execFileSync, spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { freeStack, pipelineOf } from "../../../../ops/locks/free.ts";

// A runner of GitLab would give it the name of its place.
vi.mock("node:os", async (original) => ({
  ...(await original<typeof import("node:os")>()),
  hostname: () => "this-machine",
}));
const own = vi.hoisted(() => ({ said: [] as string[] }));
vi.mock("../../../../ops/progress.ts", () => ({
  say: (line: string) => own.said.push(line),
  duration: () => "1 s",
}));
vi.mock("../../../../ops/processes.ts", async (original) => ({
  ...(await original<typeof import("../../../../ops/processes.ts")>()),
  seesAllOf: () => true,
}));
vi.mock("../../../../ops/locks/own-runs.ts", () => ({ beganHere: () => true }));
vi.mock("../../../../ops/tools.ts", () => ({
  chosenTools: () => ({ pulumi: "offline" }),
  pulumiHome: () => "/nowhere",
}));

const folder = mkdtempSync(join(tmpdir(), "slipway-free-"));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => own.said.splice(0));

// Says of locks what the engine does, and cancels as it does; each lock is a file.
const ENGINE = `#!/bin/sh
echo "$*" >> ${folder}/calls
case $1 in
  cancel) rm -f ${folder}/*.json; exit 0 ;;
esac
if ls ${folder}/*.json >/dev/null 2>&1; then
  echo "error: the stack is currently locked by 1 lock(s). Either wait for ..." >&2
  for lock in ${folder}/*.json; do cat "$lock" >&2; done
  exit 255
fi
echo "error: a stack named organization/slipway/dev already exists" >&2
exit 255
`;
writeFileSync(join(folder, "engine"), ENGINE, { mode: 0o755 });
const stack = {
  name: "dev",
  workspace: { pulumiCommand: { command: join(folder, "engine") }, envVars: {} },
} as unknown as Stack;

const AT = `${new Date().toISOString().slice(0, 19)}Z`;

function lock(name: string, pid: number, host = hostname(), place = `file://${folder}`): string {
  const file = join(folder, `${name}.json`);
  const where = `${place}/${name}.json${place.startsWith("file:") ? "?no_tmp_dir=true" : ""}`;
  writeFileSync(file, `  ${where}: created by ann@${host} (pid ${pid}) at ${AT}\n`);
  onTestFinished(() => rmSync(file, { force: true }));
  return file;
}

const dead = () => spawnSync("true").pid;

/** A process with the engine's name. */
function alive() {
  const program = join(folder, "pulumi");
  copyFileSync(execFileSync("which", ["sleep"], { encoding: "utf8" }).trim(), program);
  const child = spawn(program, ["60"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

test("a stack that is not locked is left as it is", async () => {
  expect(await freeStack(stack)).toBe(0);
  expect(own.said).toEqual([]);
});

test("the lock of a dead process is removed, and no other file", async () => {
  const pid = dead();
  const file = lock("0b7c", pid);
  writeFileSync(join(folder, "other"), "");
  expect(await freeStack(stack)).toBe(1);
  expect([existsSync(file), existsSync(join(folder, "other"))]).toEqual([false, true]);
  expect(own.said).toEqual([
    `Released the lock of a run that is dead (process ${pid} of ann on ${hostname()}, since ${AT}).`,
  ]);
});

test("in a bucket, the engine removes it", async () => {
  const file = lock("0b7c", dead(), hostname(), "gs://acme-state/.pulumi/locks");
  expect(await freeStack(stack)).toBe(1);
  expect(existsSync(file)).toBe(false);
});

test("one that lives is never robbed, not even by force, nor is a dead one beside it", async () => {
  const files = [lock("0b7c", alive().pid ?? 0), lock("9d1e", dead())];
  await expect(freeStack(stack, { force: true })).rejects.toThrow(
    /^Stack "dev" is being changed by pulumi, process \d+ of ann on .*, since .*Z\. Wait for it \(--lock-wait/,
  );
  expect(files.every(existsSync)).toBe(true);
});

test("one of another machine is kept, until somebody knows better", async () => {
  lock("0b7c", 4, "laptop");
  await expect(freeStack(stack)).rejects.toThrow(
    "can't be known from here. If you know that it is not: `./slipway unlock -s dev --force`.",
  );
  expect(await freeStack(stack, { force: true })).toBe(1);
});

test("one that lives is waited for, and that is said", async () => {
  const child = alive();
  lock("0b7c", child.pid ?? 0);
  setTimeout(() => child.kill("SIGKILL"), 1000);
  expect(await freeStack(stack, { waitSeconds: 15 })).toBe(1);
  expect(own.said[0]).toMatch(/^▸ dev is being changed by process \d+ of ann on .* so far \.\.\.$/);
});

test("one that may live, elsewhere, is waited for as well, and said to be kept at the end", async () => {
  const file = lock("0b7c", 4, "laptop");
  setTimeout(() => rmSync(file, { force: true }), 1000);
  expect(await freeStack(stack, { waitSeconds: 15 })).toBe(0);
  expect(own.said[0]).toMatch(/^▸ dev may be being changed by process 4 of ann on laptop.* so far/);
  lock("9d1e", 4, "laptop");
  await expect(freeStack(stack, { waitSeconds: 1 })).rejects.toThrow("can't be known from here");
});

test.each([
  ["prod", { CI_ENVIRONMENT_NAME: "production", CI_ENVIRONMENT_ACTION: "start" }, "production"],
  ["review-x", { CI_ENVIRONMENT_NAME: "review/x-7", CI_ENVIRONMENT_ACTION: "stop" }, "review/x-7"],
  ["review-x", { CI_ENVIRONMENT_NAME: "dev", CI_ENVIRONMENT_ACTION: "access" }, "review/x"],
  ["review-fix-a-0f1e2d3c", {}, "review/fix-a"],
  ["dev", {}, "dev"],
])(
  "who is at work on %s, in a job with %j, the deployments of %s say",
  (name, env, environment) => {
    expect(pipelineOf(name, env).environment).toBe(environment);
  },
);

test("a server is asked whether somebody is at work, before anything is mended", async () => {
  vi.stubEnv("PULUMI_BACKEND_URL", "https://pulumi.example");
  onTestFinished(() => void vi.unstubAllEnvs());
  const states = [true, false];
  const kept = {
    name: "dev",
    workspace: {
      listStacks: async () => [
        { name: "us/dev", updateInProgress: states.shift() ?? false },
        { name: "us/other-dev", updateInProgress: true },
      ],
    },
  } as unknown as Stack;
  await expect(freeStack(kept)).rejects.toThrow('Stack "dev" is being changed by another run');
  expect(await freeStack(kept)).toBe(0);
});
