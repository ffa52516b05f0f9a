import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Release } from "./env.ts";
import { type ListedJob, type NewJob, parseNewJob } from "./job.ts";

/** What the app asks of the queue. */
export interface Jobs {
  enqueue(job: NewJob): Promise<string>;
  list(): Promise<ListedJob[]>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

type Handler = (request: IncomingMessage) => Answer | Promise<Answer>;

const BODY_LIMIT_BYTES = 16 * 1024;
const WHAT_A_JOB_IS =
  'A job is JSON like {"text": "hello", "seconds": 2}: 1 to 1000 characters, 0 to 60 seconds.';

/** The app without a port. */
export function createApp(release: Release, jobs: Jobs): Server {
  const routes = routesOf(release, jobs);
  const server = createServer((request, response) => {
    void respond(request, response);
  });
  // Longer than the 60 s for which Nginx keeps a connection, so that it is never this end that closes
  // one just as a request is on its way.
  server.keepAliveTimeout = 75_000;
  return server;

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await answerTo(request, routes);
    // While stopping, Node answers what is under way and would then keep the connection.
    if (!server.listening) response.setHeader("connection", "close");
    send(response, answer);
  }
}

function routesOf(release: Release, jobs: Jobs): Readonly<Record<string, Handler>> {
  return {
    "GET /healthz": () => ({ status: 200, body: { status: "ok" } }),
    "GET /version": () => ({ status: 200, body: release }),
    "GET /jobs": async () => ({ status: 200, body: { jobs: await jobs.list() } }),
    "POST /jobs": async (request) => {
      const job = parseNewJob(await readJson(request));
      if (job === undefined) return { status: 422, body: { error: WHAT_A_JOB_IS } };
      return { status: 201, body: { id: await jobs.enqueue(job) } };
    },
  };
}

async function answerTo(
  request: IncomingMessage,
  routes: Readonly<Record<string, Handler>>,
): Promise<Answer> {
  const [path = "/"] = (request.url ?? "/").split("?");
  const handler = routes[`${request.method} ${path}`];
  if (handler === undefined) return { status: 404, body: { error: "There is nothing here." } };
  try {
    return await handler(request);
  } catch (error) {
    // The log is for those who run the app; the answer is for anybody.
    console.error(`${request.method} ${path} failed:`, error);
    return { status: 500, body: { error: "That did not work. Try again later." } };
  }
}

/** Undefined for what is no JSON, or more than a job can be. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= BODY_LIMIT_BYTES) chunks.push(chunk);
  }
  if (bytes > BODY_LIMIT_BYTES) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(body)}\n`);
}
