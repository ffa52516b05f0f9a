import type { Leftovers } from "./leftovers.ts";

/** What a bench is told. */
export interface BenchRun {
  /** How often each thing is measured; undefined leaves it to the bench. */
  readonly repetitions: number | undefined;
  readonly leftovers: Leftovers;
  /** Looked at between two measurements: one that is under way is finished, so that it can be removed. */
  readonly signal: AbortSignal;
}
