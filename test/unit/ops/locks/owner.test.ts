import { execFileSync, spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GitLab } from "../../../../ops/gitlab/client.ts";
import type { Job } from "../../../../ops/gitlab/shapes.ts";
import { ownerOf } from "../../../../ops/locks/owner.ts";
import { findProcess, seesAllOf } from "../../../../ops/processes.ts";
import { FakeGitLab } from "../../../gitlab/fake-gitlab.ts";

const machine = vi.hoisted(() => ({ name: "this-machine" }));
// A runner of GitLab would give it the name of its place.
vi.mock("node:os", async (original) => ({
  ...(await original<typeof import("node:os")>()),
  hostname: () => machine.name,
}));
const RUNNER = "runner-ab1cd-project-42-concurrent-0";
const AT = "2026-11-27T08:00:00Z";
const lockOf = (host: string, pid = 4_000_000) => ({
  pid,
  username: "root",
  hostname: host,
  timestamp: AT,
});
const nowhere = { gitlab: undefined, environment: "dev", project: undefined, job: undefined };

test("on this machine, the process decides", async () => {
  const lock = lockOf(hostname(), spawnSync("true").pid);
  expect(await ownerOf(lock, nowhere, true, true)).toBe("dead");
});

test("of another machine that has the name of this one, nothing is known", async () => {
  const lock = lockOf(hostname(), spawnSync("true").pid);
  expect(await ownerOf(lock, nowhere, true, false)).toBe("unknown");
  // No engine was started here when it was made.
  expect(await ownerOf(lock, nowhere, true)).toBe("unknown");
});

test("in a container, a process that can't be seen may be one of another, or of the machine", async () => {
  const gone = spawnSync("true").pid;
  expect(await ownerOf(lockOf(hostname(), gone), nowhere, false, true)).toBe("unknown");
  const inContainer = "pid:[4026532841]";
  expect(seesAllOf("build-box", "pid:[4026531836]")).toBe(true);
  expect(seesAllOf("build-box", inContainer)).toBe(false);
  expect(seesAllOf("build-box", "")).toBe(false);
  // Docker's own name for it is nobody else's.
  expect(seesAllOf("0b7c9d1e2f3a", inContainer)).toBe(true);
});

test("a machine without a name of its own may be any other", async () => {
  machine.name = "localhost.localdomain";
  try {
    expect(await ownerOf(lockOf(hostname(), spawnSync("true").pid), nowhere, true, true)).toBe(
      "unknown",
    );
  } finally {
    machine.name = "this-machine";
  }
});

test("a pulumi that began after the lock was made is another one, or the clock was set", async () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-owner-"));
  const program = join(folder, "pulumi");
  copyFileSync(execFileSync("which", ["sleep"], { encoding: "utf8" }).trim(), program);
  const child = spawn(program, ["60"]);
  try {
    const made = (timestamp: number) => ({
      ...lockOf(hostname(), child.pid),
      timestamp: new Date(timestamp).toISOString(),
    });
    await vi.waitFor(() => expect(findProcess(child.pid ?? 0)?.name).toBe("pulumi"));
    expect(await ownerOf(made(Date.now()), nowhere, true, true)).toBe("alive");
    expect(await ownerOf(made(Date.now() - 5 * 60_000), nowhere, true, true)).toBe("unknown");
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
});

test("on this machine, a process that is hidden from this user is not taken for dead", async () => {
  const kill = vi.spyOn(process, "kill").mockImplementation(() => {
    throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
  });
  try {
    expect(await ownerOf(lockOf(hostname()), nowhere, true, true)).toBe("unknown");
  } finally {
    kill.mockRestore();
  }
});

test("of another machine nothing is known", async () => {
  expect(await ownerOf(lockOf("laptop"), nowhere)).toBe("unknown");
});

describe("a lock of a runner's job", () => {
  let fake: FakeGitLab;
  beforeEach(async () => {
    fake = await FakeGitLab.start();
    vi.useFakeTimers({ toFake: ["Date"] });
    now("2026-11-27T09:00:00Z");
  });
  afterEach(async () => {
    vi.useRealTimers();
    expect(fake.refused).toEqual([]);
    await fake.stop();
  });

  const owner = (host = RUNNER, job?: number) => {
    const gitlab = GitLab.fromEnvironment(fake.environment("read_api"));
    return ownerOf(lockOf(host), { gitlab, environment: "dev", project: "42", job });
  };
  const [began, ended] = ["2026-11-27T07:59:30.123Z", "2026-11-27T08:03:00.000Z"];
  const done = { started_at: began, finished_at: ended };
  const now = (at: string) => vi.setSystemTime(at);

  test.each<[string, Partial<Job>, string, string]>([
    ["was cancelled", { status: "canceled" }, "alive", "dead"],
    [
      "took too long",
      { status: "failed", failure_reason: "job_execution_timeout" },
      "alive",
      "dead",
    ],
    ["failed, who knows why", { status: "failed" }, "alive", "dead"],
    ["failed by itself", { status: "failed", failure_reason: "script_failure" }, "dead", "dead"],
    ["ended well", { status: "success" }, "dead", "dead"],
  ])("whose job %s is dead once its runner has killed it", async (_, job, soon, later) => {
    fake.addDeployment("dev", { ...done, ...job });
    now("2026-11-27T08:13:30Z");
    expect(await owner()).toBe(soon);
    now("2026-11-27T08:14:30Z");
    expect(await owner()).toBe(later);
  });

  test("of a review stack was made by the job of its merge request, whichever number that has", async () => {
    fake.addDeployment("review/fix-a-12", { ...done, status: "success" });
    const gitlab = GitLab.fromEnvironment(fake.environment("read_api"));
    const of = (environment: string) =>
      ownerOf(lockOf(RUNNER), {
        ...{ gitlab, environment, ofMergeRequest: true, project: "42", job: undefined },
      });
    expect(await of("review/fix-a")).toBe("dead");
    expect(await of("review/fix-b")).toBe("unknown");
  });

  test.each<[string, Partial<Job>, string]>([
    ["was cancelled", { ...done, status: "canceled" }, "dead"],
    ["failed", { ...done, status: "failed" }, "dead"],
    ["runs", { started_at: began, status: "running" }, "alive"],
    ["is being cancelled", { started_at: began, status: "canceling" }, "alive"],
    ["ended before the lock was made", { ...done, finished_at: "2026-11-27T07:50:00Z" }, "unknown"],
    ["began after the lock was made", { ...done, started_at: "2026-11-27T08:02:00Z" }, "unknown"],
  ])("whose deployment %s", async (_, job, state) => {
    fake.addDeployment("dev", job);
    expect(await owner()).toBe(state);
  });

  test("that overlaps another one waits for both", async () => {
    fake.addDeployment("dev", { ...done, status: "canceled" });
    fake.addDeployment("dev", { started_at: "2026-11-27T07:59:59Z", status: "running" });
    expect(await owner()).toBe("alive");
  });

  test("of another environment says nothing", async () => {
    fake.addDeployment("prod", { ...done, status: "canceled" });
    expect(await owner()).toBe("unknown");
  });

  test("that asks is not taken for the one that made the lock", async () => {
    fake.addDeployment("dev", { id: 5, started_at: "2026-11-27T08:00:30Z", status: "running" });
    fake.addDeployment("dev", { ...done, status: "canceled" });
    expect([await owner(RUNNER, 5), await owner(RUNNER, 6)]).toEqual(["dead", "alive"]);
  });

  test("of another project, or of a person's machine, can't be known", async () => {
    fake.addDeployment("dev", { ...done, status: "canceled" });
    expect(await owner("runner-ab1cd-project-43-concurrent-0")).toBe("unknown");
    expect(await owner("laptop")).toBe("unknown");
    expect(fake.calls).toEqual([]);
  });

  test("without a token can't be known, even in a container of the same name", async () => {
    expect(await ownerOf(lockOf(RUNNER), { ...nowhere, project: "42" })).toBe("unknown");
  });
});
