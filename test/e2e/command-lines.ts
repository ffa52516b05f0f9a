import { readdirSync, readFileSync } from "node:fs";
import { setInterval } from "node:timers/promises";

const EVERY_MS = 50;

/** Watches the machine's list of processes, which everybody on the machine may read. */
export class CommandLines {
  readonly #seen = new Set<string>();
  readonly #stop = new AbortController();
  readonly #watching = this.#watch();

  /** Every command line that was seen, one a line. */
  async finish(): Promise<string> {
    this.#stop.abort();
    await this.#watching;
    return [...this.#seen].join("\n");
  }

  async #watch(): Promise<void> {
    try {
      for await (const _ of setInterval(EVERY_MS, undefined, { signal: this.#stop.signal })) {
        for (const line of commandLines()) this.#seen.add(line);
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    }
  }
}

function commandLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return []; // It has ended since the list was made.
      }
    });
}
