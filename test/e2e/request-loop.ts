import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export interface LoadedRequest {
  readonly name: string;
  readonly method?: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The one status that counts as an answer. */
  readonly status: number;
  readonly perSecond: number;
}

export interface LoopOrder {
  readonly url: string;
  readonly requests: readonly LoadedRequest[];
}

export interface Answer {
  readonly name: string;
  /** Milliseconds since the loop began. */
  readonly sent: number;
  readonly answered: number;
  readonly body: string;
}

export interface LoopReport {
  /** When the loop began, in milliseconds since 1970. */
  readonly began: number;
  /** For how long it sent. */
  readonly seconds: number;
  readonly answers: readonly Answer[];
  /** One line for each request that had no answer or another status. */
  readonly failures: readonly string[];
}

/**
 * Sends requests at a rate that does not depend on how fast they are answered, as many clients do:
 * half of each kind over connections that are kept alive, half over new ones. Nothing is tried twice.
 * In a process of its own, which what the test does can't hold up.
 */
export class RequestLoop {
  readonly #process: ChildProcess;
  readonly #ended: Promise<number>;

  constructor(url: string, requests: readonly LoadedRequest[]) {
    // Without the flags of the test runner. What is sent back is large: as it is in memory, not as JSON.
    this.#process = fork(join(import.meta.dirname, "request-generator.ts"), {
      execArgv: [],
      serialization: "advanced",
    });
    this.#ended = once(this.#process, "exit").then(([code]) => code);
    const order: LoopOrder = { url, requests };
    this.#process.send(order);
  }

  /** Sends no more, waits for the answers that are due, and tells all. */
  async finish(): Promise<LoopReport> {
    const report = once(this.#process, "message").then(([message]) => message as LoopReport);
    this.#process.send("finish");
    const early = this.#ended.then((code) => {
      throw new Error(`The process that sends requests ended early, with code ${code}.`);
    });
    return await Promise.race([report, early]);
  }
}
