import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { awaitWorker, deployer } from "../../../../ops/hook/deployment.ts";
import type { Job, Worker } from "../../../../ops/hook/job.ts";
import { findProcess } from "../../../../ops/processes.ts";

const DIGEST = `sha256:${"b".repeat(64)}`;
const SHA = "c".repeat(40);
const EVIL = `sha256:${"e".repeat(64)}`;
const PACK_ENV = "/api/v4/projects/team%2Fapp/jobs/1007/artifacts/pack.env";
const digestAt = (url: string) => (url.includes("sha256:") ? (url.split("/").at(-1) ?? "") : EVIL);

let folder: string;
let registry: Server;
let image: string;
/** What the job left that built. */
let packed: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "slipway-hook-deployment-"));
  // Of the registry, whose every tag somebody has moved, and of GitLab, beside each other.
  registry = createServer(({ url = "" }, response) => {
    if (url.startsWith("/api/")) response.end(url.endsWith(PACK_ENV) ? packed : "");
    else response.writeHead(200, { "docker-content-digest": digestAt(url) }).end();
  }).listen(0, "127.0.0.1");
  await once(registry, "listening");
  image = `127.0.0.1:${(registry.address() as AddressInfo).port}/team/app`;
  packed = `SLIPWAY_IMAGE=${image}@${DIGEST}\nSLIPWAY_COMMIT=${SHA}\n`;
});
afterEach(() => {
  registry.closeAllConnections();
  registry.close();
  rmSync(folder, { recursive: true });
});

const job = (change: Partial<Job> = {}): Job => ({
  ...{ id: "event-1", pipeline: 7, stack: "dev", from: undefined, ref: "main", sha: SHA },
  ...{ sequence: 3, builder: 1007 },
  at: "2026-11-27T08:00:00.000Z",
  ...change,
});

/** A deployment whose `slipway` is this script. */
function deployment(script: string) {
  const slipway = join(folder, "slipway");
  writeFileSync(slipway, `#!/bin/sh\n${script}\n`);
  chmodSync(slipway, 0o700);
  const settings = {
    ...{ project: "team/app", image, registry: undefined, routes: [], host: "", port: 0 },
    gitlab: { url: `http://${image.split("/")[0]}`, token: "a token of GitLab's", job: "pack" },
    ...{ token: "the token of the hook", journal: join(folder, "journal"), pull: false },
  };
  return deployer(settings, { slipway, clone: folder });
}

const output = () => {
  const [name = ""] = readdirSync(join(folder, "journal", "deployments"));
  return readFileSync(join(folder, "journal", "deployments", name), "utf8");
};
const never = new AbortController().signal;

test("A branch is deployed by the digest of the image that its job built, whatever the commit's name is in the registry; its output is kept, without the token", async () => {
  const workers: Worker[] = [];
  const seen = join(folder, "seen");
  const deploy = deployment(
    `until [ -e ${seen} ]; do :; done
    echo "$@"; env; for last; do :; done; echo SLIPWAY_URL=http://x >"$last"`,
  );
  const started = (worker: Worker) => {
    workers.push(worker);
    writeFileSync(seen, "");
  };
  const outcome = await deploy(job(), started, never);
  expect(outcome).toEqual({ result: "deployed", url: "http://x" });
  expect(output()).toMatch(
    new RegExp(
      `^up -s dev --image ${image}@${DIGEST} --version cccccccccccc --sequence 3 --commit ${SHA} --lock-wait 900 --dotenv /`,
    ),
  );
  expect(output()).not.toContain("the token of the hook");
  expect(workers).toEqual([{ pid: expect.any(Number), began: expect.stringMatching(/^\d+$/) }]);
});

test.each([
  ["another commit", () => `SLIPWAY_IMAGE=${image}@${DIGEST}\nSLIPWAY_COMMIT=${"d".repeat(40)}\n`],
  ["another repository", () => `SLIPWAY_IMAGE=evil.example/app@${DIGEST}\nSLIPWAY_COMMIT=${SHA}\n`],
  ["a name that can be moved", () => `SLIPWAY_IMAGE=${image}:${SHA}\nSLIPWAY_COMMIT=${SHA}\n`],
  ["nothing", () => ""],
])("A job that says that it built %s deploys nothing", async (_, said) => {
  packed = said();
  const outcome = await deployment('echo "$@"')(job(), () => {}, never);
  expect(outcome).toMatchObject({
    result: "failed",
    why: expect.stringContaining("Job 1007 built"),
  });
  expect(output()).toBe("");
});

test("A deployment that was accepted before jobs were asked is not guessed", async () => {
  const { builder: _, ...old } = job();
  expect(await deployment('echo "$@"')(old, () => {}, never)).toMatchObject({
    result: "failed",
    why: "Which job of pipeline 7 built the image is not known.",
  });
});

test("What was skipped, as something newer is live, is not said to be deployed", async () => {
  const left = "SLIPWAY_VERSION=v1.3.0\\nSLIPWAY_IMAGE=app:3\\nSLIPWAY_SKIPPED=true\\n";
  const deploy = deployment(`for last; do :; done; printf '${left}' >"$last"`);
  expect(await deploy(job(), () => {}, never)).toEqual({
    result: "dropped",
    why: "v1.3.0 is newer.",
  });
});

test("Ctrl-C on the server does not reach what a deployment runs: it is told to stop once", async () => {
  const deploy = deployment("read -r _ _ _ _ group _ </proc/$$/stat; echo $$ $group");
  await deploy(job(), () => {}, never);
  const [pid, group] = output().trim().split(" ");
  expect(group).toBe(pid);
});

test("A tag promotes what the other stack verified, without asking a registry", async () => {
  registry.close();
  const deploy = deployment('echo "$@"');
  const promoted = job({ stack: "prod", from: "dev", ref: "v1.2.3" });
  expect(await deploy(promoted, () => {}, never)).toEqual({ result: "deployed" });
  expect(output()).toMatch(
    new RegExp(
      `^promote -s prod --from dev --version v1.2.3 --commit ${SHA} --lock-wait 900 --dotenv /`,
    ),
  );
});

test("A deployment that fails names the file with its output, which may have a secret in it", async () => {
  const said = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  try {
    const deploy = deployment('echo "slipway: postgresql://app:hunter2@db" >&2; exit 1');
    const outcome = await deploy(job(), () => {}, never);
    const [log] = readdirSync(join(folder, "journal", "deployments"));
    expect(outcome).toEqual({
      result: "failed",
      why: `slipway ended with 1; its output is deployments/${log}`,
    });
    // The service's log is for the machine's administrators.
    expect(said).toHaveBeenCalledWith("Its last line: slipway: postgresql://app:hunter2@db\n");
  } finally {
    said.mockRestore();
  }
});

test("One that is told to stop ends in its own order, and has no result", async () => {
  const deploy = deployment(
    "trap 'echo in order; exit 130' TERM; echo ready; while :; do sleep 0.1; done",
  );
  const stop = new AbortController();
  const outcome = deploy(job(), () => {}, stop.signal);
  await expect.poll(output).toContain("ready");
  stop.abort();
  expect(await outcome).toBeUndefined();
  expect(output()).toContain("in order");
});

test("The deployment of a killed server is waited for, and another process with its id is not", async () => {
  const deploy = deployment("exec sleep 0.7");
  const workers: Worker[] = [];
  const outcome = deploy(job(), (worker) => workers.push(worker), never);
  await expect.poll(() => workers).toHaveLength(1);
  const [worker] = workers as [Worker];
  await awaitWorker({ ...worker, began: "1" }, never);
  expect(findProcess(worker.pid)?.began).toBe(worker.began);
  await awaitWorker(worker, never);
  expect(findProcess(worker.pid)).toBeUndefined();
  await outcome;
});
