import { UserError } from "../user-error.ts";

/** Somebody else began to change the stack after it was seen to be free. */
export class QuickerError extends UserError {}
