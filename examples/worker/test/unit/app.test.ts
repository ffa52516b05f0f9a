import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createApp } from "../../src/app.ts";
import type { ListedJob, NewJob } from "../../src/job.ts";

const release = { version: "1.2.3", commit: "4f5e6d7", image: "registry.example/app@sha256:abc" };

describe("the web process", () => {
  let server: Server;
  let url: string;
  let enqueued: NewJob[];
  let enqueue: (job: NewJob) => Promise<string>;

  beforeEach(async () => {
    enqueued = [];
    enqueue = async (job) => String(enqueued.push(job));
    server = createApp(release, {
      enqueue: (job) => enqueue(job),
      list: async () => enqueued.map(listed),
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  test("A job is enqueued as it was posted, and listed", async () => {
    const answer = await post('{"text": "hello", "seconds": 2}');
    assert.equal(answer.status, 201);
    assert.deepEqual(await answer.json(), { id: "1" });
    assert.deepEqual(enqueued, [{ text: "hello", seconds: 2 }]);
    const { jobs } = (await (await fetch(`${url}/jobs`)).json()) as { jobs: ListedJob[] };
    assert.deepEqual(
      jobs.map(({ text, state }) => [text, state]),
      [["hello", "queued"]],
    );
  });

  test("What is no job is refused with what one looks like", async () => {
    const long = JSON.stringify({ text: "x".repeat(1001) });
    const nul = JSON.stringify({ text: "a\0b" });
    const huge = JSON.stringify({ text: "x", padding: "x".repeat(20_000) });
    const bodies = ["", "[]", "null", '{"text":""}', '{"text":1}', long, nul, huge];
    for (const body of [...bodies, '{"text":"a","seconds":61}', '{"text":"a","seconds":"1"}']) {
      const answer = await post(body);
      assert.equal(answer.status, 422, body);
      assert.match(await answer.text(), /A job is JSON like/);
    }
    assert.deepEqual(enqueued, []);
  });

  test("The version names the image, and an unknown path is 404", async () => {
    assert.deepEqual(await (await fetch(`${url}/version`)).json(), release);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    assert.equal((await fetch(`${url}/nothing`)).status, 404);
  });

  test("A failure is told to the log and not to the client", async (t) => {
    const log = t.mock.method(console, "error", () => undefined);
    enqueue = () => Promise.reject(new Error("password authentication failed for app_1"));
    const answer = await post('{"text": "hello"}');
    assert.equal(answer.status, 500);
    assert.doesNotMatch(await answer.text(), /password/);
    assert.equal(log.mock.callCount(), 1);
  });

  test("A request under way is answered while the server closes, which then ends", {
    timeout: 5000,
  }, async () => {
    let closed: Promise<unknown> = Promise.resolve();
    enqueue = async () => {
      closed = once(server.close(), "close");
      return "7";
    };
    const answer = await post('{"text": "hello"}');
    assert.deepEqual(await answer.json(), { id: "7" });
    await closed;
  });

  function post(body: string): Promise<Response> {
    return fetch(`${url}/jobs`, { method: "POST", body });
  }
});

function listed(job: NewJob, index: number): ListedJob {
  return {
    ...job,
    id: String(index + 1),
    state: "queued",
    result: null,
    finishedBy: null,
    tickAt: null,
    enqueuedAt: new Date(0),
    finishedAt: null,
  };
}
