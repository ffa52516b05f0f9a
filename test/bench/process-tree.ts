import { readdirSync, readFileSync } from "node:fs";
import { findProcess } from "../../ops/processes.ts";

const PAGE_BYTES = 4096;
const TICKS_A_SECOND = 100;
const MIB = 2 ** 20;
const SAMPLE_MS = 50;

/** What a command took. */
export interface Usage {
  /** Seconds of processor time of all processes, as far as the last sample of each shows them. */
  readonly cpu: number;
  /** Sum of the resident memory of all processes at one moment, so that what they share counts for each. */
  readonly tree: number;
  /** Of the largest process. */
  readonly largest: number;
}

/**
 * Samples the memory, in MiB, and the processor time of a process and all that it started, until it is stopped.
 *
 * @param helper works for it without being started by it: what that starts counts, and itself does not.
 */
export class ProcessTree {
  readonly #root: number;
  readonly #helper: number | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #seconds = new Map<number, number>();
  #tree = 0;
  #largest = 0;

  constructor(root: number, helper?: number) {
    this.#root = root;
    this.#helper = helper;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  stop(): Usage {
    clearInterval(this.#timer);
    const cpu = [...this.#seconds.values()].reduce((a, b) => a + b, 0);
    return { cpu, tree: this.#tree, largest: this.#largest };
  }

  #sample(): void {
    const helped = this.#helper === undefined ? [] : familyOf(this.#helper);
    const family = [...familyOf(this.#root), ...helped.filter((pid) => pid !== this.#helper)];
    for (const pid of family) {
      this.#seconds.set(pid, Math.max(this.#seconds.get(pid) ?? 0, processorSeconds(pid)));
    }
    const sizes = family.map(residentMib);
    this.#tree = Math.max(
      this.#tree,
      sizes.reduce((a, b) => a + b, 0),
    );
    this.#largest = Math.max(this.#largest, ...sizes);
  }
}

/** A process and all that it started that live. */
function familyOf(root: number): number[] {
  const parents = new Map(
    readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry))
      .flatMap((entry) => findProcess(Number(entry)) ?? [])
      .map(({ pid, parent }) => [pid, parent]),
  );
  const isFamily = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === root || isFamily(parents.get(pid)));
  return [...parents.keys()].filter(isFamily);
}

function residentMib(pid: number): number {
  try {
    const [, resident] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
    return (Number(resident) * PAGE_BYTES) / MIB;
  } catch {
    return 0; // It has just ended.
  }
}

function processorSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name before the last parenthesis may have spaces.
    const [user, system] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13);
    return (Number(user) + Number(system)) / TICKS_A_SECOND;
  } catch {
    return 0; // It has just ended.
  }
}
