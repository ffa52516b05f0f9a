import type { Verb } from "../../ops/verbs/verb.ts";

/** What a shell offers for one command, from its declaration. */
export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** Values of its argument, where these are a few. */
  readonly choices: readonly string[];
}

export interface OptionWords {
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  /** What follows it: nothing, the name of a stack, or something else. */
  readonly takes: "nothing" | "stack" | "value";
}

export const wordsOf = (verbs: readonly Verb[]): readonly CommandWords[] =>
  verbs.map(({ name, command }) => ({
    name,
    summary: sentence(command.description()),
    options: command.options.map(({ long, short, description, required, flags }) => ({
      ...{ long: long ?? "", short, description: sentence(description) },
      takes: required ? (flags.endsWith("<stack>") ? "stack" : "value") : "nothing",
    })),
    choices: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
  }));

/** The first one: a list beside a cursor has no place for more. */
const sentence = (text: string) => text.split(/(?<=\.) /)[0]?.replace(/\.$/, "") ?? "";
