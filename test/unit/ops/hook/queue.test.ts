import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Job, Outcome, Worker } from "../../../../ops/hook/job.ts";
import { Journal } from "../../../../ops/hook/journal.ts";
import { type Deploy, Queue } from "../../../../ops/hook/queue.ts";
import { jobOf } from "./job-of.ts";

let folder: string;
let journal: Journal;
let said: string;
beforeEach(() => {
  said = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
  folder = mkdtempSync(join(tmpdir(), "slipway-hook-queue-"));
  journal = new Journal(folder);
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

let tries = 0;
function job(pipeline: number, stack = "dev"): Job {
  tries += 1;
  return jobOf(pipeline, `event-${tries}`, stack);
}

/** Deployments that end when they are told to. */
class Deployments {
  readonly begun: number[] = [];
  #end: ((outcome: Outcome | undefined) => void) | undefined;

  readonly deploy: Deploy = ({ pipeline }, started, stop) => {
    this.begun.push(pipeline);
    started({ pid: pipeline, began: "1" });
    return new Promise((done) => {
      this.#end = done;
      stop.addEventListener("abort", () => done(undefined));
    });
  };

  async end(outcome: Outcome = { result: "deployed" }): Promise<void> {
    this.#end?.(outcome);
    await new Promise((done) => setImmediate(done));
  }
}

const nothing = async () => {};
const results = () => journal.last(10).map(({ job, ended }) => [job.pipeline, ended?.result]);

test("One at a time, and of those that wait the newest: the older ones are dropped, and it is said", async () => {
  const deployments = new Deployments();
  const queue = new Queue(journal, deployments.deploy, nothing);
  for (const pipeline of [1, 2, 3]) expect(queue.offer(job(pipeline))).toBeUndefined();
  expect(deployments.begun).toEqual([1]);
  expect(queue.state).toEqual({
    running: "main 000000000000 (pipeline 1) to dev",
    waiting: ["main 000000000000 (pipeline 3) to dev"],
  });
  await deployments.end();
  expect(deployments.begun).toEqual([1, 3]);
  await deployments.end({ result: "failed", why: "slipway ended with 1" });
  await queue.idle();
  expect(results()).toEqual([
    [3, "failed"],
    [2, "dropped"],
    [1, "deployed"],
  ]);
  expect(said).toContain("Dropped: main 000000000000 (pipeline 2) to dev. Pipeline 3 is newer.");
  expect(said).toContain("FAILED (slipway ended with 1) in 0 s: main 000000000000 (pipeline 3)");
});

test("An older pipeline that ends later never replaces a newer one, whatever became of that", async () => {
  const deployments = new Deployments();
  const queue = new Queue(journal, deployments.deploy, nothing);
  queue.offer(job(7));
  expect(queue.offer(job(6))).toBe("Pipeline 7 of dev is newer.");
  await deployments.end({ result: "failed", why: "no" });
  expect(queue.offer(job(6))).toBe("Pipeline 7 of dev is newer.");
  expect(queue.offer(job(6, "other"))).toBeUndefined();
  await deployments.end();
  expect(deployments.begun).toEqual([7, 6]);
});

/** A tag on the commit of a pipeline. */
const tag = (pipeline: number, of: number): Job => ({
  ...job(pipeline, "prod"),
  ...{ from: "dev", ref: "v1.0.0", sha: job(of).sha },
});

test("A promotion comes after the deployment of its commit to dev, which gives way to none", async () => {
  const deployments = new Deployments();
  const queue = new Queue(journal, deployments.deploy, nothing);
  queue.offer(job(1));
  queue.offer(job(2));
  queue.offer(tag(3, 2));
  queue.offer(job(4));
  for (const _ of [1, 2, 3, 4]) await deployments.end();
  await queue.idle();
  expect(deployments.begun).toEqual([1, 2, 3, 4]);
  expect(results().map(([, result]) => result)).toEqual(Array(4).fill("deployed"));
});

test("A promotion waits for the deployment of its commit to dev also where that comes later", async () => {
  const deployments = new Deployments();
  const queue = new Queue(journal, deployments.deploy, nothing);
  queue.offer(job(1, "other"));
  queue.offer(tag(3, 2));
  queue.offer(job(2));
  for (const _ of [1, 2, 3]) await deployments.end();
  await queue.idle();
  expect(deployments.begun).toEqual([1, 2, 3]);
});

test("Stacks that are promoted from each other do not wait for ever", async () => {
  const deployments = new Deployments();
  const queue = new Queue(journal, deployments.deploy, nothing);
  queue.offer(job(1));
  queue.offer(tag(3, 2));
  queue.offer({ ...job(2), from: "prod" });
  for (const _ of [1, 2, 3]) await deployments.end();
  await queue.idle();
  expect(deployments.begun).toEqual([1, 3, 2]);
});

test("A newer pipeline takes the place of the one that waited", async () => {
  const deployments = new Deployments();
  const queue = new Queue(journal, deployments.deploy, nothing);
  queue.offer(job(1));
  queue.offer(job(2));
  queue.offer(job(3, "other"));
  queue.offer(job(4));
  for (const _ of [1, 4, 3]) await deployments.end();
  expect(deployments.begun).toEqual([1, 4, 3]);
});

const never: Outcome = { result: "failed", why: "dev has never verified it." };

test("A promotion whose pipeline was quicker than dev's is tried again once dev has its commit", async () => {
  const deployments = new Deployments();
  const queue = new Queue(journal, deployments.deploy, nothing);
  queue.offer(tag(3, 2));
  await deployments.end(never);
  await queue.idle();
  expect(journal.last(1)[0]?.ended).toMatchObject({
    why: "dev has never verified it. It is tried again if dev gets this commit within an hour.",
  });
  queue.offer(job(1));
  await deployments.end();
  queue.offer(job(2));
  await deployments.end();
  await deployments.end();
  await queue.idle();
  expect(deployments.begun).toEqual([3, 1, 2, 3]);
  expect(results()[0]).toEqual([3, "deployed"]);
  // A second time, there is nothing that was too early.
  queue.offer(job(5, "other"));
  await deployments.end();
  await queue.idle();
  expect(deployments.begun).toEqual([3, 1, 2, 3, 5]);
});

test("A promotion that failed after dev had its commit, or long ago, is not tried again", async () => {
  const deployments = new Deployments();
  const queue = new Queue(journal, deployments.deploy, nothing);
  queue.offer(job(2));
  await deployments.end();
  queue.offer(tag(3, 2));
  await deployments.end({ result: "failed", why: "prod is away." });
  await queue.idle();
  expect(journal.last(1)[0]?.ended).toMatchObject({ why: "prod is away." });
  queue.offer(tag(5, 4));
  await deployments.end(never);
  await queue.idle();
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 2 * 60 * 60_000);
  queue.offer(job(4));
  await deployments.end();
  await queue.idle();
  expect(deployments.begun).toEqual([2, 3, 5, 4]);
});

test("A pipeline that was retried is deployed again only where its deployment failed", async () => {
  const deployments = new Deployments();
  const queue = new Queue(journal, deployments.deploy, nothing);
  queue.offer(job(7));
  expect(queue.offer(job(7))).toBe("Pipeline 7 is being deployed.");
  await deployments.end({ result: "failed", why: "no" });
  expect(queue.offer(job(7))).toBeUndefined();
  await deployments.end();
  expect(queue.offer(job(7))).toBe("Pipeline 7 was deployed.");
  expect(deployments.begun).toEqual([7, 7]);
});

test("A pipeline of the same commit is not older: it brings what a scheduled one did not find", async () => {
  const deployments = new Deployments();
  const queue = new Queue(journal, deployments.deploy, nothing);
  const scheduled = job(8);
  const push = () => ({ ...job(7), sha: scheduled.sha });
  queue.offer(scheduled);
  expect(queue.offer(push())).toBe("Pipeline 8 is being deployed.");
  await deployments.end({ result: "failed", why: "There is no image" });
  expect(queue.offer(job(6))).toBe("Pipeline 8 of dev is newer.");
  expect(queue.offer(push())).toBeUndefined();
  await deployments.end();
  expect(queue.offer(push())).toBe("Pipeline 7 was deployed.");
  expect(queue.offer({ ...job(8), sha: scheduled.sha })).toBe("Pipeline 7 was deployed.");
  expect(deployments.begun).toEqual([8, 7]);
});

test("What up skipped is said to be dropped", async () => {
  const deployments = new Deployments();
  const queue = new Queue(journal, deployments.deploy, nothing);
  queue.offer(job(1));
  await deployments.end({ result: "dropped", why: "v2 is newer." });
  await queue.idle();
  expect(said).toContain("Dropped (v2 is newer.) in 0 s: main");
});

test("A deployment that throws has failed, and the next one is begun", async () => {
  const begun: number[] = [];
  const queue = new Queue(
    journal,
    async ({ pipeline }) => {
      begun.push(pipeline);
      if (pipeline === 1) throw new Error("disk full");
      return { result: "deployed" };
    },
    nothing,
  );
  queue.offer(job(1));
  queue.offer(job(2));
  await queue.idle();
  expect(begun).toEqual([1, 2]);
  expect(journal.last(2)[1]?.ended).toMatchObject({ result: "failed", why: "Error: disk full" });
});

test("What was accepted is taken up again by the next server, once what a killed one began is gone", async () => {
  const killed = new Deployments();
  const first = new Queue(journal, killed.deploy, nothing);
  first.offer(job(1));
  first.offer(job(2, "other"));
  journal.close();
  // As by a crash in the middle of a line.
  appendFileSync(join(folder, "journal.jsonl"), '{"accepted":{"id":"cut o');

  journal = new Journal(folder);
  const waitedFor: Worker[] = [];
  const deployments = new Deployments();
  const second = new Queue(journal, deployments.deploy, async (worker) => {
    expect(deployments.begun).toEqual([]);
    waitedFor.push(worker);
  });
  second.resume();
  await vi.waitFor(() => expect(deployments.begun).toEqual([1]));
  expect(waitedFor).toEqual([{ pid: 1, began: "1" }]);
  await deployments.end();
  await deployments.end();
  await second.idle();
  expect(results()).toEqual([
    [2, "deployed"],
    [1, "deployed"],
  ]);
  expect(second.offer(job(1))).toBe("Pipeline 1 was deployed.");
});

test("A server that is told to end leaves in the journal what it could not finish", async () => {
  const deployments = new Deployments();
  const queue = new Queue(journal, deployments.deploy, nothing);
  queue.offer(job(1));
  queue.offer(job(2));
  await queue.stop();
  expect(deployments.begun).toEqual([1]);
  expect(journal.unfinished().map(({ job }) => job.pipeline)).toEqual([1, 2]);

  const next = new Deployments();
  const second = new Queue(journal, next.deploy, nothing);
  second.resume();
  await vi.waitFor(() => expect(next.begun).toEqual([2]));
  await next.end();
  expect(results()).toEqual([
    [2, "deployed"],
    [1, "dropped"],
  ]);
});

test("A line of another shape neither keeps the server from starting nor is lost", () => {
  journal.accept(job(1));
  journal.close();
  const shapes = [
    ...["42", "null", '"accepted"', "[]", "{}", "no JSON"],
    ...['{"accepted":{"id":"event-9"}}', '{"accepted":{"id":9,"pipeline":"9"}}'],
    ...[
      '{"started":"event-1","worker":{"pid":"7"}}',
      '{"ended":"event-1","outcome":{"result":"?"}}',
    ],
  ];
  const file = join(folder, "journal.jsonl");
  appendFileSync(file, shapes.map((shape) => `${shape}\n`).join(""));

  journal = new Journal(folder);
  journal.accept(job(2));
  expect(journal.unfinished().map(({ job }) => job.pipeline)).toEqual([1, 2]);
  expect(said).toContain(`${shapes.length} lines that can't be read`);
  expect(readFileSync(`${file}.unread`, "utf8")).toContain("no JSON");
});

test("The journal is for its owner alone, does not grow for ever, and forgets no stack's newest", () => {
  journal.close();
  journal = new Journal(folder, 100);
  journal.accept(job(9, "quiet"));
  journal.end({ ...job(9, "quiet"), id: `event-${tries - 1}` }, { result: "deployed" }, 1);
  for (let pipeline = 1; pipeline <= 210; pipeline++) {
    const one = job(pipeline);
    journal.accept(one);
    journal.end(one, { result: "deployed" }, 1);
  }
  const file = join(folder, "journal.jsonl");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "utf8").split("\n").length).toBeLessThan(410);
  journal.close();
  journal = new Journal(folder);
  expect(journal.newest("quiet")?.job.pipeline).toBe(9);
  expect(journal.newest("dev")?.job.pipeline).toBe(210);
});
