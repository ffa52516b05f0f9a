import { readdirSync, readFileSync } from "node:fs";
import { findProcess } from "../../ops/processes.ts";

const PAGE_BYTES = 4096;
const MIB = 2 ** 20;
const SAMPLE_MS = 50;

export interface PeakMemory {
  /** Sum of the resident memory of all processes at one moment, so that what they share counts for each. */
  readonly tree: number;
  /** Of the largest process. */
  readonly largest: number;
}

/** Samples the memory of a process and all that it started, in MiB, until it is stopped. */
export class ProcessTree {
  readonly #root: number;
  readonly #timer: NodeJS.Timeout;
  #tree = 0;
  #largest = 0;

  constructor(root: number) {
    this.#root = root;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  stop(): PeakMemory {
    clearInterval(this.#timer);
    return { tree: this.#tree, largest: this.#largest };
  }

  #sample(): void {
    const sizes = familyOf(this.#root).map(residentMib);
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
