import { asTyped } from "./typed.ts";
import { UserError } from "./user-error.ts";

/** Whether this run has printed its result: two of them would not be JSON. */
let isPrinted = false;

/** Writes the result of a command, with `--json`, to the standard output. */
export function printJson(result: unknown): void {
  isPrinted = true;
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}

/** Writes a failure in the place of a result. Its message is on the standard error output too. */
export function printJsonError(error: unknown): void {
  if (isPrinted) return;
  const message = error instanceof Error ? error.message : String(error);
  printJson({
    error: { message: asTyped(message), exitCode: error instanceof UserError ? error.exitCode : 1 },
  });
}

/** Since then, in whole seconds. */
export const secondsSince = (began: number) => Math.round((Date.now() - began) / 1000);
