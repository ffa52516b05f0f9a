// The process of a RequestLoop: told what to send in its first message, it reports after the second one.

import { Agent, request } from "node:http";
import { setInterval } from "node:timers/promises";
import type { Answer, LoadedRequest, LoopOrder, LoopReport } from "./request-loop.ts";

const TICK_MS = 10;
const TIMEOUT_MS = 20_000;

class Generator {
  readonly #url: string;
  readonly #began = performance.now();
  readonly #stop = new AbortController();
  // In turn, so that no connection lies idle until Nginx closes it.
  readonly #keptAlive = new Agent({ keepAlive: true, scheduling: "fifo" });
  readonly #answers: Answer[] = [];
  readonly #failures: string[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #sending: Promise<void>;

  constructor({ url, requests }: LoopOrder) {
    this.#url = url;
    this.#sending = this.#send(requests);
  }

  async finish(): Promise<LoopReport> {
    this.#stop.abort();
    await this.#sending;
    const seconds = this.#now() / 1000;
    await Promise.all(this.#underWay);
    this.#keptAlive.destroy();
    const began = performance.timeOrigin + this.#began;
    return { began, seconds, answers: this.#answers, failures: this.#failures };
  }

  async #send(requests: readonly LoadedRequest[]): Promise<void> {
    const counts = requests.map(() => 0);
    try {
      for await (const _ of setInterval(TICK_MS, undefined, { signal: this.#stop.signal })) {
        const seconds = this.#now() / 1000;
        for (const [index, one] of requests.entries()) {
          let count = counts[index] ?? 0;
          // What a busy moment held up is sent late, and not left out.
          for (; count < seconds * one.perSecond; count++) {
            const exchange = this.#exchange(one, count % 2 === 0);
            this.#underWay.add(exchange);
            void exchange.then(() => this.#underWay.delete(exchange));
          }
          counts[index] = count;
        }
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    }
  }

  async #exchange(one: LoadedRequest, keptAlive: boolean): Promise<void> {
    const sent = this.#now();
    try {
      const { status, body } = await this.#ask(one, keptAlive);
      if (status !== one.status) throw new Error(`${status} ${body.slice(0, 200)}`);
      this.#answers.push({ name: one.name, sent, answered: this.#now(), body });
    } catch (error) {
      const connection = keptAlive ? "kept-alive" : "new";
      const times = `sent at ${sent.toFixed()} ms, failed at ${this.#now().toFixed()} ms`;
      this.#failures.push(`${one.name} on a ${connection} connection, ${times}: ${String(error)}`);
    }
  }

  #ask(one: LoadedRequest, keptAlive: boolean): Promise<{ status: number; body: string }> {
    const body = one.body === undefined ? undefined : JSON.stringify(one.body);
    const options = {
      method: one.method ?? "GET",
      headers: {
        ...one.headers,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      agent: keptAlive ? this.#keptAlive : false,
      timeout: TIMEOUT_MS,
    };
    return new Promise((done, fail) => {
      const sending = request(new URL(one.path, this.#url), options, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part) => (text += part));
        response.once("end", () => done({ status: response.statusCode ?? 0, body: text }));
        response.once("error", fail);
      });
      sending.once("timeout", () => sending.destroy(new Error("no answer in time")));
      sending.once("error", fail);
      sending.end(body);
    });
  }

  #now(): number {
    return performance.now() - this.#began;
  }
}

async function report(generator: Generator): Promise<void> {
  const found = await generator.finish();
  process.send?.(found, () => process.disconnect());
}

process.once("message", (order: LoopOrder) => {
  const generator = new Generator(order);
  process.once("message", () => void report(generator));
});
// Whoever started it is gone, and with it the reason to go on.
process.once("disconnect", () => process.exit());
