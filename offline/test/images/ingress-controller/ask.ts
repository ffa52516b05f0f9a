import { type Agent, type IncomingHttpHeaders, request } from "node:http";

export interface Question {
  readonly address: string;
  readonly host: string;
  readonly path?: string;
  readonly port?: number;
  /** Without one, the connection is for this question alone. */
  readonly agent?: Agent;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const LIMIT_MS = 10_000;

/** Asks an address over HTTP for what a host has at a path. */
export function ask({ address, host, path = "/", port = 80, agent }: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: address, port, path, headers: { host }, timeout: LIMIT_MS };
    const asked = request({ ...options, agent: agent ?? false }, (answer) => {
      const { statusCode: status = 0, headers } = answer;
      answer
        .setEncoding("utf8")
        .toArray()
        .then((parts) => resolve({ status, headers, body: parts.join("") }), reject);
    });
    asked.on("timeout", () => asked.destroy(new Error(`no answer in ${LIMIT_MS} ms`)));
    asked.on("error", reject);
    asked.end();
  });
}
