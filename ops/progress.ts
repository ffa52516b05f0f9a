import { stderr } from "node:process";
import { asTyped } from "./typed.ts";

/** Progress goes to the standard error output, results to the standard output. */
export function say(line: string): void {
  stderr.write(`${asTyped(line)}\n`);
}

const STILL_AT_IT_MS = 30_000;

/** Says that something begins, that it goes on, and how long it took. Several may go on at once. */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  say(`▸ ${title} ...`);
  const reminder = setInterval(
    () => say(`  ${title}: ${duration(started)} so far`),
    STILL_AT_IT_MS,
  );
  try {
    const result = await work();
    say(`✓ ${title}: ${duration(started)}`);
    return result;
  } finally {
    clearInterval(reminder);
  }
}

/** Time since then, as `12 s` or `3 min 05 s`. */
export function duration(started: number): string {
  const seconds = Math.round((Date.now() - started) / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}
