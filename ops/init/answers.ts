import { factsOf } from "../../infra/settings/facts.ts";
import type { Question, Setting, Table } from "../../infra/settings/setting.ts";
import { SETTINGS } from "../../infra/settings/table.ts";
import { PROJECT } from "../project.ts";
import { UserError } from "../user-error.ts";

/** Values of a stack's settings, by their key without `slipway:`. */
export type Values = Readonly<Record<string, string>>;

/** Asks somebody; undefined where nobody is there to ask. */
export type Ask = ((question: string, usual: string | undefined) => Promise<string>) | undefined;

export interface Answers {
  /** What is to be written. */
  readonly values: Values;
  /** Keys that the stack's file has, and keeps. */
  readonly found: readonly string[];
}

/**
 * What the stack is to be: what its file has, then what was given, then what is asked.
 *
 * @throws UserError that lists what is missing or contradicts the file.
 */
export async function answersFor(
  there: Values,
  given: Values,
  ask: Ask,
  table: Table = SETTINGS,
): Promise<Answers> {
  const problems = Object.entries(given)
    .filter(([key, value]) => key in there && there[key] !== value)
    .map(
      ([key, value]) =>
        `${key} is ${there[key]} in the stack's file, and ${value} was given. A value in the file is never ` +
        "overwritten: change the file, or leave the option out.",
    );
  const all: Record<string, string> = { ...there, ...given };
  const facts = factsOf(table, { project: PROJECT, stack: "" }, (key) => all[key]);
  for (const [key, setting] of Object.entries(table)) {
    if (setting.init === undefined || key in all || !facts.matters(key)) continue;
    const question = questionOf(setting, setting.init, facts.need(key) !== undefined);
    const answer = await answerTo(question, ask);
    if (answer === undefined) problems.push(`${question.text}? --set ${key}=...`);
    else if (answer !== "") all[key] = answer;
  }
  for (const [key, { type }] of Object.entries(table)) {
    const value = all[key];
    if (value === undefined || type.choices === undefined || type.choices.includes(value)) continue;
    problems.push(`${key} is ${value}; it must be one of ${type.choices.join(", ")}.`);
  }
  if (problems.length > 0) {
    throw new UserError(
      `Nothing was made:\n${[...new Set(problems)].map((one) => `  - ${one}`).join("\n")}`,
    );
  }
  const values = Object.entries(all).filter(([key]) => !(key in there));
  return { values: Object.fromEntries(values), found: Object.keys(there) };
}

interface AskedQuestion {
  readonly text: string;
  /** What is taken without an answer; undefined has to be answered. */
  readonly usual: string | undefined;
  readonly choices: readonly string[] | undefined;
}

function questionOf(
  { type: { choices } }: Setting,
  { text, usual, orEmpty = "" }: Question,
  isRequired: boolean,
): AskedQuestion {
  return isRequired
    ? { text, usual: undefined, choices }
    : { text: `${text}${orEmpty}`, usual, choices };
}

async function answerTo({ text, usual, choices }: AskedQuestion, ask: Ask) {
  if (ask === undefined) return usual;
  const alternatives = choices === undefined ? "" : ` (${choices.join(", ")})`;
  return (await ask(`${text}${alternatives}`, usual)) || usual;
}
