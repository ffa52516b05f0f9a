import { createInterface } from "node:readline/promises";
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
    ask: (question, usual) => answer(`${question}${usual ? ` [${usual}]` : ""}: `),
    confirm: async (question) => /^y(es)?$/i.test(await answer(`${question} [y/N] `)),
  };
}

async function answer(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}
