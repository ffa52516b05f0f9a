import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly location?: string;
}

/** A server that answers by path and query, and remembers what it was asked. */
export class HttpAnswers {
  readonly asked: IncomingMessage[] = [];
  answers: Readonly<Record<string, Answer>> = {};
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.asked.push(request);
      const answer = this.answers[request.url ?? ""] ?? { status: 404, body: "no such page" };
      const headers = answer.location === undefined ? {} : { location: answer.location };
      response.writeHead(answer.status, headers).end(answer.body ?? "");
    });
  }

  static async start(): Promise<HttpAnswers> {
    const answers = new HttpAnswers();
    answers.#server.listen(0, "127.0.0.1");
    await once(answers.#server, "listening");
    return answers;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  stop(): void {
    this.#server.close();
  }
}
