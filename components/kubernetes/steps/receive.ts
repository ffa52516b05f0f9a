import { text } from "node:stream/consumers";
import type { ShellDefinition, StepDefinition, ToCluster, When } from "./define-step.ts";

/** The arguments that a component sent to this program, as JSON on standard input. */
export async function receive<Args extends object>(
  _: StepDefinition<Args, When>,
): Promise<Args & ToCluster> {
  return JSON.parse(await text(process.stdin));
}

interface ShellCall<Word extends string> {
  readonly words: Readonly<Record<Word, string>>;
  /** What is meant for the shell. */
  readonly shellArguments: readonly string[];
}

/** The words that a component put after this program's name. */
export function receiveWords<Word extends string>({
  words,
}: ShellDefinition<Word>): ShellCall<Word> {
  const given = process.argv.slice(2);
  const named = words.map((word, index) => [word, given[index] ?? ""]);
  return { words: Object.fromEntries(named), shellArguments: given.slice(words.length) };
}
