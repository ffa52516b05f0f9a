import type { Condition, Facts } from "./condition.ts";
import type { Setting, Table } from "./setting.ts";

const ALWAYS: Condition = { key: "", why: "" };
/** An empty list or map is no value either. */
const NO_VALUE: readonly string[] = ["", "[]", "{}"];

/** @param given the value of a key in the config; undefined where it has none. */
export function factsOf(
  table: Table,
  { project, stack }: Pick<Facts, "project" | "stack">,
  given: (key: string) => string | undefined,
): Facts {
  const facts: Facts = {
    project,
    stack,
    text: (key) => {
      const { type, default: usual = "" } = table[key] ?? unknown(key);
      const text = given(key) ?? usual;
      const { choices } = type;
      return choices === undefined || choices.includes(text) ? text : (choices[0] ?? text);
    },
    has: (key) => !NO_VALUE.includes(facts.text(key)),
    matters: (key) => {
      const conditions = (table[key] ?? unknown(key)).for;
      return conditions === undefined || conditions.some(facts.holds);
    },
    holds: ({ key, is, unless }) => {
      if (!facts.matters(key) || (unless !== undefined && facts.has(unless))) return false;
      return is === undefined ? facts.has(key) : is.includes(facts.text(key));
    },
    need: (key) => {
      const { required } = table[key] ?? unknown(key);
      return required === "always" ? ALWAYS : required?.find(facts.holds);
    },
  };
  return facts;
}

/** The reason of a condition, as it goes on from "is missing, and". */
export const reasonOf = ({ key, is, why }: Condition, facts: Facts): string =>
  why ?? (is === undefined ? `${key} is set` : `${key} is "${facts.text(key)}"`);

function unknown(key: string): Setting {
  throw new Error(`${key} is not in the table of settings.`);
}
