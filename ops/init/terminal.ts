import { ask } from "../ask.ts";
import type { Ask } from "./answers.ts";

export interface Terminal {
  readonly ask: Ask;
  /** @returns whether the answer was yes. */
  confirm(question: string): Promise<boolean>;
}

/** Asks on the terminal, where there is one and nobody said yes to everything. */
export function terminalOf(yes: boolean): Terminal {
  if (yes) return { ask: undefined, confirm: async () => true };
  if (!process.stdin.isTTY) return { ask: undefined, confirm: async () => false };
  return {
    ask: (question, usual) => ask(`${question}${usual ? ` [${usual}]` : ""}: `),
    confirm: async (question) => /^y(es)?$/i.test(await ask(`${question} [y/N] `)),
  };
}
