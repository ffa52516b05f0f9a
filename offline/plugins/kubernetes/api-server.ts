import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { isMap } from "../property-value.ts";
import { ApiError } from "./api-error.ts";
import type { Connection } from "./connection.ts";
import type { Manifest } from "./manifest.ts";

/** A server that cannot be reached says so within seconds; a slow answer is waited for. */
const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 60_000;

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

interface Request {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** Speaks HTTP with one API server, over connections that are kept. */
export class ApiServer {
  readonly #connection: Connection;
  readonly #agent: http.Agent;
  readonly #module: typeof http | typeof https;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#module = connection.server.protocol === "http:" ? http : https;
    this.#agent = new this.#module.Agent({ keepAlive: true, ...connection.tls });
  }

  async request(method: Method, path: string, request: Request = {}): Promise<Manifest> {
    const url = this.#url(path, request.query ?? {});
    const response = await this.#send(method, url, request).catch((error: Error) => {
      throw new Error(`${method} ${url.origin}${url.pathname}: ${error.message}`);
    });
    const code = response.statusCode ?? 0;
    const answer = parsed(await text(response));
    if (code >= 400) {
      throw new ApiError(code, answer);
    }
    return answer;
  }

  #url(path: string, query: Readonly<Record<string, string>>): URL {
    const { server } = this.#connection;
    const url = new URL(`${server.pathname.replace(/\/$/, "")}${path}`, server);
    url.search = new URLSearchParams(query).toString();
    return url;
  }

  #send(method: Method, url: URL, { body, contentType }: Request): Promise<http.IncomingMessage> {
    const { authorization } = this.#connection;
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const request = this.#module.request(url, {
        method,
        agent: this.#agent,
        headers: {
          accept: "application/json",
          ...(authorization === undefined ? {} : { authorization }),
          ...(content === undefined
            ? {}
            : {
                "content-type": contentType ?? "application/json",
                // Node sends no length with a DELETE by itself.
                "content-length": content.length,
              }),
        },
      });
      request.on("error", reject).on("response", resolve);
      request.on("socket", (socket) => giveUpConnecting(request, socket));
      request.setTimeout(ANSWER_TIMEOUT_MS, () => {
        request.destroy(new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`));
      });
      request.end(content);
    });
  }
}

function giveUpConnecting(request: http.ClientRequest, socket: Socket): void {
  if (!socket.connecting) {
    return;
  }
  const timer = setTimeout(() => {
    request.destroy(new Error(`no connection within ${CONNECT_TIMEOUT_MS / 1000} s`));
  }, CONNECT_TIMEOUT_MS);
  const settled = () => clearTimeout(timer);
  socket.once("connect", settled).once("close", settled);
}

function parsed(answer: string): Manifest {
  try {
    const value: unknown = JSON.parse(answer);
    return isMap(value as Manifest) ? (value as Manifest) : {};
  } catch {
    // What stands before an API server, and some of its own endpoints, answer in plain text.
    return { message: answer.trim() };
  }
}
