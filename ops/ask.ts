import { createInterface } from "node:readline/promises";
import { UserError } from "./user-error.ts";

/** Where one asks and is answered. */
export interface Tty {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

const OWN: Tty = { input: process.stdin, output: process.stderr };

/**
 * Asks on the terminal.
 *
 * @returns the answer, without space around it.
 * @throws UserError with exit code 130 for Ctrl-C, or the end of what is typed.
 */
export async function ask(question: string, tty: Tty = OWN): Promise<string> {
  const lines = createInterface(tty);
  try {
    return await new Promise<string>((answered, interrupted) => {
      const end = () => interrupted(new UserError("It was interrupted at a question.", 130));
      lines.once("SIGINT", end);
      lines.once("close", end);
      lines.question(question).then((answer) => answered(answer.trim()), end);
    });
  } catch (error) {
    // What is said next begins on a line of its own.
    tty.output.write("\n");
    throw error;
  } finally {
    lines.close();
  }
}
