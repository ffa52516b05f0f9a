import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

interface Call {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH";
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** The API server, as a pod reaches it: with the service account that is mounted into it. */
export class Api {
  readonly #host: string;
  readonly #port: string;
  readonly #account: string;
  readonly #agent: Agent;

  constructor(environment: NodeJS.ProcessEnv, account = ACCOUNT) {
    const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
    if (!host || !port) {
      throw new Error(
        "error creating client configuration: unable to load in-cluster configuration, " +
          "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined",
      );
    }
    this.#host = host;
    this.#port = port;
    this.#account = account;
    this.#agent = new Agent({ keepAlive: true, ca: readFileSync(`${account}/ca.crt`) });
  }

  async get<T>(path: string): Promise<T> {
    return this.#call<T>(path, {});
  }

  async create<T>(path: string, body: unknown): Promise<T> {
    return this.#call<T>(path, { method: "POST", body });
  }

  async replace<T>(path: string, body: unknown): Promise<T> {
    return this.#call<T>(path, { method: "PUT", body });
  }

  async patch<T>(path: string, body: unknown): Promise<T> {
    return this.#call<T>(path, { method: "PATCH", body });
  }

  /** An answer that goes on: a line for each event. */
  async stream(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    const answer = await this.#send(path, { signal });
    if (answer.statusCode === 200) return answer;
    throw apiError(path, answer.statusCode, await textOf(answer));
  }

  async #call<T>(path: string, call: Call): Promise<T> {
    const answer = await this.#send(path, call);
    const text = await textOf(answer);
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 299) throw apiError(path, status, text);
    return JSON.parse(text) as T;
  }

  #send(path: string, { method = "GET", body, signal }: Call): Promise<IncomingMessage> {
    // The token is exchanged for another about once an hour.
    const token = readFileSync(`${this.#account}/token`, "utf8").trim();
    const content = body === undefined ? undefined : JSON.stringify(body);
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          host: this.#host,
          port: this.#port,
          path,
          method,
          agent: this.#agent,
          headers: {
            authorization: `Bearer ${token}`,
            accept: "application/json",
            ...(content === undefined
              ? {}
              : { "content-type": type, "content-length": Buffer.byteLength(content) }),
          },
          ...(signal === undefined ? { timeout: 30_000 } : { signal }),
        },
        resolve,
      );
      asked.on("timeout", () => asked.destroy(new Error(`${path}: no answer in 30 s`)));
      asked.on("error", reject);
      asked.end(content);
    });
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  return (await answer.setEncoding("utf8").toArray()).join("");
}

function apiError(path: string, status = 0, text: string): ApiError {
  const { message } = parsed(text);
  return new ApiError(status, message ?? `${path}: answered with status ${status}`);
}

function parsed(text: string): { message?: string } {
  try {
    return JSON.parse(text) as { message?: string };
  } catch {
    return {};
  }
}
