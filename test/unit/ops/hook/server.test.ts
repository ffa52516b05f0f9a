import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MAX_BODY_BYTES } from "../../../../ops/hook/body.ts";
import type { Job } from "../../../../ops/hook/job.ts";
import { Journal } from "../../../../ops/hook/journal.ts";
import { Queue } from "../../../../ops/hook/queue.ts";
import { Rate } from "../../../../ops/hook/rate.ts";
import { serve } from "../../../../ops/hook/serve.ts";
import { hookServer, takeEvents } from "../../../../ops/hook/server.ts";
import { hookHeaders, pipelinePayload, postEvent, SHA } from "../../../gitlab/pipeline-hook.ts";

const TOKEN = "a-token-of-24-characters";

let folder: string;
let journal: Journal;
let queue: Queue;
let server: Server;
let url: string;
let deployed: Job[];
beforeEach(async () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  folder = mkdtempSync(join(tmpdir(), "slipway-hook-server-"));
  journal = new Journal(folder);
  deployed = [];
  queue = new Queue(
    journal,
    async (job) => {
      deployed.push(job);
      return { result: "deployed" };
    },
    async () => {},
  );
  await listen();
});

/** Short limits are for what is to run into them: others would on a busy machine. */
async function listen(limits: Parameters<typeof hookServer>[0] = {}, token = TOKEN): Promise<void> {
  server?.close();
  const routes = [{ kind: "branch", pattern: "main", stack: "dev", from: undefined }] as const;
  const gitlab = { url: "https://gitlab.example.org", token: undefined, job: "pack" };
  const settings = { project: "team/app", token, routes, gitlab };
  server = hookServer(limits).listen(0, "127.0.0.1");
  takeEvents(server, { settings, journal, queue });
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const SHORT = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 };
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await queue.stop();
  journal.close();
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

/** What the server sends for these bytes until it hangs up. */
async function raw(...parts: string[]): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").on("data", (data) => (answer += data));
  // The server may hang up on what it does not read.
  socket.on("error", () => {});
  for (const part of parts) socket.write(part);
  await new Promise((done) => socket.once("close", done));
  return answer;
}

const headersOf = (headers: Record<string, string>) =>
  Object.entries({ host: "hook", ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");

const post = (headers: Record<string, string>, body = JSON.stringify(pipelinePayload())) =>
  fetch(`${url}/gitlab`, { method: "POST", headers, body });

test("A pipeline that succeeded is accepted at once, and deployed", async () => {
  expect(await postEvent(url, TOKEN)).toEqual([202, { accepted: { stack: "dev", sha: SHA } }]);
  await queue.idle();
  expect(deployed).toMatchObject([{ stack: "dev", sha: SHA, pipeline: 100, ref: "main" }]);
});

describe("nothing is deployed, and the status says why", () => {
  afterEach(async () => {
    await queue.idle();
    expect(deployed).toEqual([]);
    expect(journal.last(10)).toEqual([]);
  });

  test.each(["", "wrong", `${TOKEN} `, `${TOKEN}x`, TOKEN.slice(1)])(
    "401 for the token %j",
    async (token) => {
      // Whitespace at the end of a header is none of its value.
      const given = token.endsWith(" ") ? `"${token}"` : token;
      expect((await post(hookHeaders(given))).status).toBe(401);
    },
  );

  test("401 for no token where the server has none either", async () => {
    await listen({}, "");
    expect((await post(hookHeaders(""))).status).toBe(401);
  });

  test("401 for no token, before the body is read", async () => {
    const { "x-gitlab-token": _, ...headers } = hookHeaders(TOKEN);
    const answer = await raw(
      `POST /gitlab HTTP/1.1\r\n${headersOf({ ...headers, "content-length": "1000000" })}\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401 [\s\S]*connection: close/i);
  });

  test.each([
    ["GET", "/gitlab", 405],
    ["PUT", "/gitlab", 405],
    ["POST", "/", 404],
    ["POST", "/gitlab/", 404],
    ["POST", "/healthz", 405],
    ["GET", "/../etc/passwd", 404],
  ])("%s %s is %s %i", async (method, path, status) => {
    const body = method === "GET" ? {} : { body: "{}" };
    const answer = await fetch(url + path, { method, headers: hookHeaders(TOKEN), ...body });
    expect(answer.status).toBe(status);
    if (status === 405) expect(answer.headers.get("allow")).toMatch(/^(GET|POST)$/);
  });

  test("415 for another type than JSON", async () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    expect((await post({ ...hookHeaders(TOKEN), ...form })).status).toBe(415);
  });

  test.each(["", "no", "a b c d e f g h"])("400 for an event that has the name %j", async (id) => {
    const headers = { ...hookHeaders(TOKEN), "idempotency-key": id, "x-gitlab-event-uuid": id };
    expect((await post(headers)).status).toBe(400);
  });

  test.each(["", "{", "null", '{"object_kind":"pipeline"}', "[".repeat(500_000)])(
    "400 for a malformed body",
    async (body) => {
      expect((await post(hookHeaders(TOKEN), body)).status).toBe(400);
    },
  );

  test("413 for a body that says it is too large, and for one that turns out to be", async () => {
    const headers = hookHeaders(TOKEN);
    const said = headersOf({ ...headers, "content-length": String(MAX_BODY_BYTES + 1) });
    expect(await raw(`POST /gitlab HTTP/1.1\r\n${said}\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
    const chunked = headersOf({ ...headers, "transfer-encoding": "chunked" });
    const chunk = `80000\r\n${"x".repeat(0x80000)}\r\n`;
    const answer = await raw(`POST /gitlab HTTP/1.1\r\n${chunked}\r\n`, chunk, chunk, chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("408 for headers or a body that do not come", async () => {
    await listen(SHORT);
    expect(await raw("POST /gitlab HTTP/1.1\r\nhost: hook\r\n")).toMatch(/^HTTP\/1\.1 408 /);
    const headers = headersOf({ ...hookHeaders(TOKEN), "content-length": "100" });
    expect(await raw(`POST /gitlab HTTP/1.1\r\n${headers}\r\n{`)).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("431 for headers without an end", async () => {
    const answer = await raw(`POST /gitlab HTTP/1.1\r\nx: ${"x".repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  test("403 for another project", async () => {
    const [status] = await postEvent(url, TOKEN, { project: "evil/app" });
    expect(status).toBe(403);
  });

  // GitLab switches a webhook off that is refused a few times: what is in order must not look refused.
  test.each([
    [{ status: "failed" }, "The pipeline's status is failed."],
    [{ ref: "feature" }, "No stack takes the branch feature."],
  ])("200 and the reason for what is not for us: %j", async (change, why) => {
    expect(await postEvent(url, TOKEN, change)).toEqual([200, { ignored: why }]);
  });

  test("200 and the reason for an event of another kind", async () => {
    const answer = await post({ ...hookHeaders(TOKEN), "x-gitlab-event": "Job Hook" });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { ignored: "Only pipeline events are deployed." },
    ]);
  });
});

test("An event that is sent again deploys nothing a second time", async () => {
  const id = "11111111-2222-4333-8444-555555555555";
  expect((await postEvent(url, TOKEN, {}, id))[0]).toBe(202);
  await queue.idle();
  const again = [200, { ignored: "This event was accepted before." }];
  expect(await postEvent(url, TOKEN, {}, id)).toEqual(again);
  expect(await postEvent(url, TOKEN, { id: 101, sha: "f".repeat(40) }, id)).toEqual(again);
  expect(deployed).toHaveLength(1);
});

test("A flood is told to wait, and deploys once", async () => {
  const statuses: number[] = [];
  while (!statuses.includes(429) && statuses.length < 1000) {
    statuses.push((await postEvent(url, TOKEN))[0]);
  }
  await queue.idle();
  expect(statuses.length).toBeGreaterThanOrEqual(61);
  expect([statuses.at(0), statuses.at(1), statuses.at(-1)]).toEqual([202, 200, 429]);
  expect(deployed).toHaveLength(1);
});

test("So many are let through at once, then so many a minute, and the others hear how long to wait", () => {
  const rate = new Rate(2, 30, 0);
  expect([0, 0, 0, 1_000, 2_000, 2_001].map((now) => rate.take(now))).toEqual([0, 0, 2, 1, 0, 2]);
});

test("More connections than a GitLab makes are not taken, and those that do nothing are ended", async () => {
  await listen(SHORT);
  const idle = Array.from({ length: 100 }, () => raw("POST /gitlab HTTP/1.1\r\n"));
  const answers = await Promise.all(idle);
  expect(answers.filter((answer) => answer.startsWith("HTTP/1.1 408"))).toHaveLength(64);
  expect(answers.filter((answer) => answer === "")).toHaveLength(36);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test("A disk that takes nothing is 503, so that GitLab shows the event as not delivered", async () => {
  vi.spyOn(journal, "accept").mockImplementation(() => {
    throw new Error("ENOSPC");
  });
  expect((await postEvent(url, TOKEN))[0]).toBe(503);
});

test("The last results are for this machine alone, not for those whom Nginx passes on", async () => {
  await postEvent(url, TOKEN);
  await queue.idle();
  const answer = await fetch(`${url}/deployments`);
  expect(await answer.json()).toMatchObject({
    waiting: [],
    last: [{ job: { sha: SHA }, ended: { result: "deployed" } }],
  });
  const passedOn = await fetch(`${url}/deployments`, {
    headers: { "x-forwarded-for": "192.0.2.1" },
  });
  expect([passedOn.status, await passedOn.text()]).toEqual([404, '{"error":"Nothing is here."}\n']);
});

const SETTINGS = {
  ...{
    project: "team/app",
    image: "registry.example.org/app",
    gitlab: undefined,
    registry: undefined,
    routes: [],
  },
  ...{ host: "127.0.0.1", port: 0, token: TOKEN, pull: false },
};

test("A server without a journal ends, and listens no more", async () => {
  const close = vi.spyOn(Server.prototype, "close");
  const journal = "/dev/null/journal";
  await expect(serve({ ...SETTINGS, journal })).rejects.toThrow(
    "The journal in /dev/null/journal can't be used: ENOTDIR",
  );
  expect(close).toHaveBeenCalledOnce();
});

test("A second server on the port leaves the journal of the first as it is", async () => {
  const { port } = server.address() as AddressInfo;
  await expect(serve({ ...SETTINGS, port, journal: folder })).rejects.toThrow(
    `127.0.0.1:${port} is taken by another program.`,
  );
  expect((await postEvent(url, TOKEN))[0]).toBe(202);
  const after = new Journal(folder);
  expect(after.last(1)).toMatchObject([{ job: { sha: SHA } }]);
  after.close();
});
