import { setTimeout as wait } from "node:timers/promises";

/** Does one step and says how many milliseconds to wait before the next. */
export type Step = () => Promise<number>;

const AFTER_ERROR_MS = 1000;

/**
 * Does step after step until it is told to stop. It stops between two steps and never within one; a step
 * that fails (while Postgres is away, say) is told and tried again.
 */
export async function repeat(
  step: Step,
  stop: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!stop.aborted) {
    await pause(await step().catch(toldError), stop);
  }

  function toldError(error: unknown): number {
    onError(error);
    return AFTER_ERROR_MS;
  }
}

async function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  if (milliseconds <= 0) return;
  // Being told to stop ends the pause, as an error of which nobody has to know.
  await wait(milliseconds, undefined, { signal: stop }).catch(() => undefined);
}
