import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "../user-error.ts";

/** A server that is being restarted is there again by then. */
const PAUSES_MS = [1_000, 4_000, 10_000];

/** Asks again where a server is away or in trouble of its own; not where it refused. */
export async function patiently<T>(
  ask: () => Promise<T>,
  [next, ...later]: readonly number[] = PAUSES_MS,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof UserError) || error.exitCode !== 1 || next === undefined) throw error;
  }
  await pause(next);
  return await patiently(ask, later);
}
