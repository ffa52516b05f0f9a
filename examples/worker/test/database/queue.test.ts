import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { type Database, openDatabase } from "../../src/database.ts";
import { enqueue, enqueueTick, list, workOne } from "../../src/queue.ts";

const { TEST_DATABASE_URL: server } = process.env;
if (!server)
  throw new Error("Set TEST_DATABASE_URL to a Postgres that tests may make databases in.");

const name = `worker_test_${randomBytes(4).toString("hex")}`;
const ownUrl = Object.assign(new URL(server), { pathname: `/${name}` }).href;
const program = (one: string) => join(import.meta.dirname, "..", "..", "src", `${one}.ts`);
const migrate = () =>
  String(execFileSync(process.execPath, [program("migrate")], { env: { DATABASE_URL: ownUrl } }));

describe("the queue", () => {
  let admin: Database;
  let sql: Database;

  before(async () => {
    admin = openDatabase(server, 1);
    await admin`create database ${admin(name)}`;
    migrate();
    sql = openDatabase(ownUrl, 10);
  });

  after(async () => {
    await sql?.end();
    await admin`drop database if exists ${admin(name)} with (force)`;
    await admin.end();
  });

  beforeEach(() => sql`truncate jobs`);

  test("A second migration finds nothing to do", () => {
    assert.equal(migrate(), "nothing to do\n");
  });

  test("Workers side by side do each job once, and say which version did it", async () => {
    await Promise.all(Array.from({ length: 30 }, (_, n) => enqueue(sql, job(`job ${n}`))));
    const begun: string[] = [];
    const work = async (version: string) => {
      while (await workOne(sql, version, async ({ text }) => String(begun.push(text)))) {}
    };
    await Promise.all([work("v1"), work("v2"), work("v1")]);
    assert.equal(begun.length, 30);
    assert.equal(new Set(begun).size, 30);
    for (const { state, finishedBy } of await list(sql, 100)) {
      assert.equal(state, "done");
      assert.match(finishedBy ?? "", /^v[12]$/);
    }
  });

  test("A job that throws has failed, and is not tried again", async () => {
    await enqueue(sql, job("impossible"));
    const impossible = () => Promise.reject(new Error("no such address"));
    assert.equal(await workOne(sql, "v1", impossible), true);
    assert.equal(await workOne(sql, "v1", impossible), false);
    const [failed] = await list(sql, 1);
    assert.equal(failed?.state, "failed");
    assert.equal(failed.result, "no such address");
  });

  test("A worker that is told to stop finishes the job at hand, and takes no other", async () => {
    await enqueue(sql, { text: "at hand", seconds: 1 });
    await enqueue(sql, { text: "next", seconds: 0 });
    const worker = await workerAtWork();
    worker.kill("SIGTERM");
    assert.deepEqual(await once(worker, "exit"), [0, null]);
    const states = (await list(sql, 2)).map(({ text, state }) => `${text}: ${state}`);
    assert.deepEqual(states, ["next: queued", "at hand: done"]);
  });

  test("A job whose worker is killed is left to the next one", async () => {
    await enqueue(sql, { text: "precious", seconds: 60 });
    const worker = await workerAtWork();
    worker.kill("SIGKILL");
    await once(worker, "exit");
    await until(() => workOne(sql, "v2", async () => "kept"));
    const [done] = await list(sql, 1);
    assert.equal(done?.result, "kept");
    assert.equal(done.finishedBy, "v2");
  });

  test("Schedulers side by side enqueue one tick in a period", async () => {
    const ticks = await Promise.all(Array.from({ length: 8 }, () => enqueueTick(sql, 86_400)));
    assert.equal(ticks.filter(({ enqueued }) => enqueued).length, 1);
    assert.equal((await list(sql, 100)).length, 1);
    for (const { secondsToNext } of ticks) assert.ok(secondsToNext > 0 && secondsToNext <= 86_400);
  });

  const job = (text: string) => ({ text, seconds: 0 });

  /** The worker as it is deployed, in the middle of a job. */
  async function workerAtWork(): Promise<ChildProcess> {
    const worker = spawn(process.execPath, [program("worker")], { env: { DATABASE_URL: ownUrl } });
    after(() => worker.kill("SIGKILL"));
    await until(async () => {
      const busy = await sql`
        select from pg_stat_activity where datname = ${name} and state = 'idle in transaction'`;
      return busy.length > 0;
    });
    return worker;
  }
});

async function until(happened: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await happened())) {
    if (Date.now() > deadline) assert.fail("That did not happen within 10 seconds.");
    await wait(20);
  }
}
