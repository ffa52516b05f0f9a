import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { APP_SECRET, migrate } from "./migrated-app.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

const SERVER = join(import.meta.dirname, "..", "..", "src", "server.ts");

let database: TestDatabase;
let server: ChildProcess | undefined;

beforeEach(async () => {
  database = await createTestDatabase();
  await migrate(database);
});
afterEach(async () => {
  server?.kill("SIGKILL");
  await database?.drop();
});

describe("node src/server.ts", () => {
  it("finishes the request under way on SIGTERM, and then exits with 0", async () => {
    const port = await startServer();
    const blocker = await database.sql.reserve();
    // The lock holds the request back for as long as this test likes.
    await blocker`begin`;
    await blocker`lock table article_tags`;
    const answer = get(port, "/api/tags");
    await expect.poll(queriesWaitingForLock, { timeout: 10_000 }).toBe(1);

    server?.kill("SIGTERM");
    await expect.poll(() => isListening(port), { timeout: 10_000 }).toBe(false);
    await blocker`commit`;
    blocker.release();

    expect(await answer).toMatchObject({ statusCode: 200, body: '{"tags":[]}' });
    expect(await exitCode()).toBe(0);
  });

  it("exits with 1 and one message when its environment is not usable", async () => {
    const started = spawn(process.execPath, [SERVER], { env: { DATABASE_URL: database.url } });
    server = started;
    let stderr = "";
    started.stderr.on("data", (chunk) => {
      stderr += String(chunk);
    });
    expect(await exitCode()).toBe(1);
    expect(stderr).toBe(
      "The environment is not usable:\n" +
        "  - APP_SECRET is missing: set APP_SECRET, or APP_SECRET_FILE to the path of a file with it.\n",
    );
  });

  it("keeps a connection open for longer than Nginx does", async () => {
    const port = await startServer();
    const { headers } = await get(port, "/healthz");
    expect(headers.connection).toBe("keep-alive");
    expect(headers["keep-alive"]).toBe("timeout=75");
  });
});

async function startServer(): Promise<number> {
  const port = await freePort();
  const env = { DATABASE_URL: database.url, APP_SECRET, PORT: String(port) };
  server = spawn(process.execPath, [SERVER], { env, stdio: "ignore" });
  await expect.poll(() => isListening(port), { timeout: 10_000 }).toBe(true);
  return port;
}

async function exitCode(): Promise<number | null> {
  if (server === undefined) throw new Error("No server was started.");
  if (server.exitCode === null) await once(server, "exit");
  return server.exitCode;
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  listener.close();
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  return address.port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

async function queriesWaitingForLock(): Promise<number> {
  const [waiting] = await database.sql<[{ count: number }]>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  return waiting.count;
}

async function get(port: number, path: string) {
  const agent = new Agent({ keepAlive: true });
  const sent = request({ host: "127.0.0.1", port, path, agent }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const chunks = await response.setEncoding("utf8").toArray();
  agent.destroy();
  return {
    statusCode: response.statusCode,
    headers: response.headers,
    body: chunks.join(""),
  };
}
