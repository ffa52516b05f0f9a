import { explained } from "../backend.ts";
import { LOCAL_STACK } from "../project.ts";
import { UserError } from "../user-error.ts";
import { holderOf, locksIn } from "./lock.ts";

/** Somebody else began to change the stack after it was seen to be free. */
export class QuickerError extends UserError {}

/**
 * By what pulumi says of a lock that it can't have. Its own advice is to take the lock away; this one was made
 * just now, by a run that lives.
 */
export function quickerError(stack: string, said: string): QuickerError {
  const lock = locksIn(said)[0];
  if (lock === undefined) return new QuickerError(explained(said));
  const wait = stack === LOCAL_STACK ? "Wait for it" : "Wait for it (--lock-wait SECONDS)";
  return new QuickerError(
    `Stack "${stack}" is being changed by pulumi, ${holderOf(lock)}. ${wait}, or end it there.`,
  );
}
