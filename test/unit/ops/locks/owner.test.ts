import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GitLab } from "../../../../ops/gitlab/client.ts";
import type { Job } from "../../../../ops/gitlab/shapes.ts";
import { ownerOf } from "../../../../ops/locks/owner.ts";
import { FakeGitLab } from "../../../gitlab/fake-gitlab.ts";

// A runner of GitLab would give it the name of its place.
vi.mock("node:os", async (original) => ({
  ...(await original<typeof import("node:os")>()),
  hostname: () => "this-machine",
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
  expect(await ownerOf(lockOf(hostname(), spawnSync("true").pid), nowhere)).toBe("dead");
});

test("on this machine, a process that is hidden from this user is not taken for dead", async () => {
  const kill = vi.spyOn(process, "kill").mockImplementation(() => {
    throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
  });
  try {
    expect(await ownerOf(lockOf(hostname()), nowhere)).toBe("unknown");
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
  });
  afterEach(async () => {
    expect(fake.refused).toEqual([]);
    await fake.stop();
  });

  const owner = (host = RUNNER, job?: number) => {
    const gitlab = GitLab.fromEnvironment(fake.environment("read_api"));
    return ownerOf(lockOf(host), { gitlab, environment: "dev", project: "42", job });
  };
  const [began, ended] = ["2026-11-27T07:59:30.123Z", "2026-11-27T08:03:00.000Z"];
  const done = { started_at: began, finished_at: ended };

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
