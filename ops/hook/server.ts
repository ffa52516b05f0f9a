import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { say } from "../progress.ts";
import { readBody } from "./body.ts";
import type { Job } from "./job.ts";
import type { Journal } from "./journal.ts";
import { readPipelineEvent } from "./pipeline-event.ts";
import type { Queue } from "./queue.ts";
import { Rate } from "./rate.ts";
import type { HookSettings } from "./settings.ts";
import { isToken } from "./token.ts";
import { wantedFor } from "./wanted.ts";

/** Where GitLab posts its events. */
export const PATH = "/gitlab";

/** What a client may take; GitLab itself waits ten seconds for an answer. */
const LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
};
const MAX_CONNECTIONS = 64;
/** A pipeline of many jobs changes its state often; more than this is no GitLab. */
const BURST = 60;
const PER_MINUTE = 120;

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HookParts {
  readonly settings: Pick<HookSettings, "project" | "routes" | "token" | "gitlab">;
  readonly journal: Journal;
  readonly queue: Queue;
}

/** The server, which listens nowhere yet, and answers nobody. */
export function hookServer(limits: Partial<typeof LIMITS> = {}): Server {
  const server = createServer({ ...LIMITS, ...limits, keepAliveTimeout: 5_000 });
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

/** Answers what comes from now on. */
export function takeEvents(server: Server, parts: HookParts): void {
  const rate = new Rate(BURST, PER_MINUTE);
  server.on("request", (request, response) => {
    answerTo(request, parts, rate)
      .catch((error: unknown) => {
        // A client that went away, or a disk that is full.
        say(`A request failed: ${error instanceof Error ? error.message : String(error)}`);
        return problem(503, "Not accepted; send it again.");
      })
      .then((answer) => send(request, response, answer))
      .catch(() => response.destroy());
  });
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const { status, body, headers } = answer;
  // What is left of a body that nobody wants is not read: the connection ends with the answer.
  const isRead = request.complete || request.method === "GET";
  response.writeHead(status, {
    "content-type": "application/json",
    ...(isRead ? {} : { connection: "close" }),
    ...headers,
  });
  response.end(`${JSON.stringify(body)}\n`);
}

const problem = (status: number, error: string, headers?: Answer["headers"]): Answer => ({
  status,
  body: { error },
  ...(headers === undefined ? {} : { headers }),
});

async function answerTo(request: IncomingMessage, parts: HookParts, rate: Rate): Promise<Answer> {
  const path = (request.url ?? "").split("?")[0];
  if (path === PATH) {
    if (request.method !== "POST") return problem(405, "POST only.", { allow: "POST" });
    return await webhook(request, parts, rate);
  }
  if (path !== "/healthz" && path !== "/deployments") return problem(404, "Nothing is here.");
  if (request.method !== "GET") return problem(405, "GET only.", { allow: "GET" });
  if (path === "/healthz") return { status: 200, body: { ok: true } };
  if (!isFromHere(request)) return problem(404, "Nothing is here.");
  return { status: 200, body: { ...parts.queue.state, last: parts.journal.last(20) } };
}

/** Nginx asks from this machine too, for anybody: what it passes on says so. */
function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const address = socket.remoteAddress ?? "";
  const passedOn = ["x-forwarded-for", "x-real-ip", "forwarded", "via"];
  return (
    /^(::ffff:)?127\.|^::1$/.test(address) && passedOn.every((name) => headers[name] === undefined)
  );
}

/** The cheap checks first: whoever does not know the token costs no more than a look at the headers. */
async function webhook(request: IncomingMessage, parts: HookParts, rate: Rate): Promise<Answer> {
  const { headers } = request;
  if (!isToken(first(headers, "x-gitlab-token"), parts.settings.token)) {
    return problem(401, "X-Gitlab-Token is not the one that this hook knows.");
  }
  const wait = rate.take();
  if (wait > 0) return problem(429, "Too many events.", { "retry-after": String(wait) });
  if (!/^application\/json\b/i.test(headers["content-type"] ?? "")) {
    return problem(415, "The body must be application/json.");
  }
  // Other triggers may be on; GitLab would switch the whole webhook off for a few refusals.
  if (first(headers, "x-gitlab-event") !== "Pipeline Hook") {
    return ignored("Only pipeline events are deployed.");
  }
  const id = first(headers, "idempotency-key") ?? first(headers, "x-gitlab-event-uuid");
  if (id === undefined || !/^[\w.-]{8,128}$/.test(id)) {
    return problem(400, "Neither Idempotency-Key nor X-Gitlab-Event-UUID names the event.");
  }
  if (parts.journal.knows(id)) return ignored("This event was accepted before.");
  const body = await readBody(request);
  if (body === undefined) return problem(413, "The body is too large.");
  return accept(body, id, parts);
}

function accept(body: string, id: string, { settings, queue, journal }: HookParts): Answer {
  const event = readPipelineEvent(body);
  if (typeof event === "string") return problem(400, event);
  const wanted = wantedFor(settings, event);
  if ("refused" in wanted) return problem(403, wanted.refused);
  if ("ignored" in wanted) return ignored(wanted.ignored);
  // Two at once have both got here: what is asked is synchronous from here on.
  if (journal.knows(id)) return ignored("This event was accepted before.");
  const { pipeline, sequence, ref, sha } = event;
  const { stack, from } = wanted;
  const builder = event.jobs[settings.gitlab?.job ?? ""];
  if (from === undefined && builder === undefined) {
    return ignored(`No job "${settings.gitlab?.job}" of this pipeline has built an image.`);
  }
  const job: Job = {
    ...{ id, pipeline, ref, sha, stack, from, at: new Date().toISOString() },
    ...(sequence === undefined ? {} : { sequence }),
    ...(from === undefined && builder !== undefined ? { builder } : {}),
  };
  const why = queue.offer(job);
  return why === undefined ? { status: 202, body: { accepted: { stack, sha } } } : ignored(why);
}

/** With a status of success: there is nothing that GitLab should send again or give up for. */
function ignored(why: string): Answer {
  return { status: 200, body: { ignored: why } };
}

function first(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
