import { quote } from "../../components/quote.ts";
import { type Command, isWords, parseCommand } from "../../components/shell-command.ts";
import { parseJsonObject } from "../json-object.ts";
import { HOST_NAME, type Rule } from "../patterns.ts";
import type { Facts } from "./condition.ts";

/** What reads a value: its text, and ways to say what is wrong with it. */
export interface Reading {
  readonly key: string;
  readonly text: string;
  readonly example: string;
  readonly facts: Facts;
  readonly isRequired: boolean;
  /** @param example the value in the line to type. */
  wrong(rule: string, example: string): void;
  /** @param says goes on from the name of the setting; not for a value that is secret. */
  problem(says: string, command: string): void;
  /** The line that sets it anew, to this value or to one that is asked for. */
  setLine(value?: string): string;
  /** What stands in that line for a value that only the reader knows. */
  readonly input: string | undefined;
  /** The line that takes one entry away. */
  removeEntry(name: string): string;
}

/** The type of a setting: how Pulumi.yaml declares it, what there is to say of it, and how its text is read. */
export interface ValueType<T> {
  /** A map or a list is YAML in a stack's file, or JSON in one string, so Pulumi.yaml gives it no type. */
  readonly shape: "text" | "list" | "map" | "command";
  /** The words of a number's range. */
  readonly range?: string;
  readonly choices?: readonly string[];
  /** The fewest characters of a secret. */
  readonly minLength?: number;
  parse(reading: Reading): T;
}

interface Pattern {
  test(value: string): boolean;
}

export function choice<const T extends string>(...choices: readonly [T, ...T[]]): ValueType<T> {
  return {
    shape: "text",
    choices,
    parse: (reading) => {
      const match = choices.find((one) => one === reading.text);
      if (match === undefined) reading.wrong(alternatives(choices), choices[0]);
      return match ?? choices[0];
    },
  };
}

export const flag: ValueType<boolean> = mapped(choice("true", "false"), (one) => one === "true");

/** True, false, or empty. */
export const optionalFlag: ValueType<boolean | undefined> = mapped(
  choice("", "true", "false"),
  (one) => (one === "" ? undefined : one === "true"),
);

/** A text that can't be empty. */
export function text(valid: (value: string) => boolean, rule: string): ValueType<string> {
  return {
    shape: "text",
    parse: (reading) => {
      if (!valid(reading.text)) reading.wrong(rule, reading.example);
      return reading.text;
    },
  };
}

export const optional = (pattern: Pattern, words: string): ValueType<string | undefined> =>
  optionalBy(() => ({ pattern, words }));

/** @param rule depends on other settings. */
export function optionalBy(
  rule: (facts: Facts) => { readonly pattern: Pattern; readonly words: string },
): ValueType<string | undefined> {
  return {
    shape: "text",
    parse: (reading) => {
      if (reading.text === "") return undefined;
      const { pattern, words } = rule(reading.facts);
      if (!pattern.test(reading.text)) reading.wrong(`${words}, or empty`, '""');
      return reading.text;
    },
  };
}

/** In lower case, as it is compared everywhere: `SEC.test` is `sec.test`. */
export const hostName = (rule: string): ValueType<string | undefined> =>
  mapped(optional(HOST_NAME, rule), (name) => name?.toLowerCase());

interface Range {
  readonly min: number;
  readonly max: number;
}

export function integer(min: number, max: number): ValueType<number> {
  return {
    shape: "text",
    range: `${min} to ${max}`,
    parse: (reading) => numberIn(reading, { min, max }),
  };
}

export function optionalInteger(min: number, max: number): ValueType<number | undefined> {
  return {
    shape: "text",
    range: `${min} to ${max}`,
    parse: (reading) => (reading.text === "" ? undefined : numberIn(reading, { min, max })),
  };
}

/** A number that may be larger in a cluster. */
export function optionalCount(onHost: number, inCluster: number): ValueType<number | undefined> {
  return {
    shape: "text",
    range: `1 to ${onHost} on a Docker host, 1 to ${inCluster} in a cluster`,
    parse: (reading) => {
      const max = reading.facts.text("target") === "docker" ? onHost : inCluster;
      return reading.text === "" ? undefined : numberIn(reading, { min: 1, max });
    },
  };
}

function numberIn(reading: Reading, { min, max }: Range): number {
  const number = Number(reading.text);
  const valid = /^\d+$/.test(reading.text) && number >= min && number <= max;
  if (!valid) reading.wrong(`a whole number from ${min} to ${max}`, "NUMBER");
  return number;
}

/** A line for a shell, or a list of a program and its arguments; empty is none. */
export const optionalCommand: ValueType<Command | undefined> = {
  shape: "command",
  parse: (reading) => {
    if (reading.text === "") return undefined;
    const command = parseCommand(reading.text);
    if (command === undefined || !isCommandLine(command)) {
      reading.wrong(
        "a command on one line, or a list of a program and its arguments, or empty",
        '""',
      );
    }
    return command;
  },
};

export function list(pattern: Pattern, rule: string): ValueType<readonly string[]> {
  return {
    shape: "list",
    parse: (reading) => {
      const array = parseStrings(reading.text || "[]");
      if (!(Array.isArray(array) && array.every((one) => pattern.test(one)))) {
        const rest = (array ?? [reading.text]).filter((one) => pattern.test(one));
        reading.wrong(`a list of ${rule}`, quote(JSON.stringify(rest)));
      }
      return array ?? [];
    },
  };
}

type Strings = Readonly<Record<string, string>>;

/** A map of strings. */
export const strings: ValueType<Strings> = { shape: "map", parse: stringsIn };

/** A map of strings whose every entry has to be valid. */
export function entries(
  valid: (name: string, value: string) => boolean,
  rule: string,
): ValueType<Strings> {
  return {
    shape: "map",
    parse: (reading) => {
      const object = stringsIn(reading);
      const wrong = Object.entries(object).filter(([name, value]) => !valid(name, value));
      for (const [name] of wrong) wrongEntry(reading, name, rule);
      return object;
    },
  };
}

/** A map of commands, each a line or a list of words, whose names have to be valid. */
export function commands(
  name: Pattern,
  rule: string,
): ValueType<Readonly<Record<string, Command>>> {
  return {
    shape: "map",
    parse: (reading) => {
      const object = parseJsonObject(reading.text || "{}");
      if (object === undefined) noMap(reading, "commands");
      const all = Object.entries(object ?? {});
      const wrong = all.filter(([one, command]) => !(name.test(one) && isCommand(command)));
      for (const [one] of wrong) wrongEntry(reading, one, rule);
      return Object.fromEntries(
        all.filter((entry): entry is [string, Command] => isCommand(entry[1])),
      );
    },
  };
}

/** Variables that the team adds to those that every app is given. */
export function environment(given: ReadonlySet<string>): ValueType<Strings> {
  return {
    shape: "map",
    parse: (reading) => {
      const object = stringsIn(reading);
      for (const [name, value] of Object.entries(object)) {
        const wrong = wrongVariable(name, given) ?? (isOneLine(value) ? "" : severalLines(name));
        if (wrong !== "") reading.problem(` has ${wrong}`, reading.removeEntry(name));
      }
      return object;
    },
  };
}

/** As `environment`, all of it encrypted. A value of several lines can only be a file. */
export function secretEnvironment(given: ReadonlySet<string>): ValueType<Strings> {
  return {
    shape: "map",
    parse: (reading) => {
      const object = secretStringsIn(reading);
      for (const [name, value] of Object.entries(object)) {
        const wrong = wrongVariable(name, given);
        if (wrong !== undefined) {
          reading.problem(` has ${wrong}`, reading.removeEntry(name));
        } else if (reading.facts.text("secretsAs") === "env" && !isOneLine(value)) {
          reading.problem(
            ` has ${severalLines(name)} As a file it may have them, or encode it (base64).`,
            "pulumi config set secretsAs files",
          );
        }
      }
      return object;
    },
  };
}

/** A secret map of strings, of any number of lines each, whose names have to be valid. */
export function secretEntries({ pattern, words }: Rule): ValueType<Strings> {
  return {
    shape: "map",
    parse: (reading) => {
      const object = secretStringsIn(reading);
      for (const name of Object.keys(object).filter((one) => !pattern.test(one))) {
        reading.problem(` has "${name}"; it must have ${words}.`, reading.removeEntry(name));
      }
      return object;
    },
  };
}

/** A secret of one line. */
export function secretLine(minLength = 0): ValueType<string | undefined> {
  return {
    shape: "text",
    minLength,
    parse: (reading) => {
      if (!isOneLine(reading.text)) reading.problem(" has more than one line.", reading.setLine());
      const isShort = reading.text !== "" && reading.text.length < minLength;
      if (isShort && reading.isRequired) {
        const rule = `it must have at least ${minLength} characters`;
        reading.problem(` is too short; ${rule}.`, reading.setLine());
      }
      return reading.text || undefined;
    },
  };
}

/**
 * A secret of several lines.
 *
 * @param problemWith goes on from the name of the setting, and has nothing of the secret in it.
 */
export function secretFile(
  problemWith: (content: string) => string | undefined = () => undefined,
): ValueType<string | undefined> {
  return {
    shape: "text",
    parse: (reading) => {
      if (reading.text === "") return undefined;
      const problem = problemWith(reading.text);
      if (problem !== undefined) reading.problem(` ${problem}.`, reading.setLine(reading.input));
      return reading.text;
    },
  };
}

function mapped<T, U>(type: ValueType<T>, map: (value: T) => U): ValueType<U> {
  return { ...type, parse: (reading) => map(type.parse(reading)) };
}

function stringsIn(reading: Reading): Strings {
  const object = parseJsonObject(reading.text || "{}");
  if (object === undefined) noMap(reading, "strings");
  const all = Object.entries(object ?? {});
  for (const [name] of all.filter(([, one]) => !isScalar(one))) {
    reading.problem(` has ${name}, which is no string.`, reading.removeEntry(name));
  }
  return textsOf(all.filter(([, one]) => isScalar(one)));
}

/** What is wrong in it must not be shown. */
function secretStringsIn(reading: Reading): Strings {
  const all = Object.entries(parseJsonObject(reading.text || "{}") ?? { "": undefined });
  if (all.every(([, one]) => isScalar(one))) return textsOf(all);
  noMap(reading, "strings");
  return {};
}

function noMap(reading: Reading, of: string): void {
  reading.problem(` is no map of ${of}.`, reading.setLine("<FILE"));
}

/** An entry is named by its key alone: its value may be one that is not to be shown. */
function wrongEntry(reading: Reading, name: string, rule: string): void {
  reading.problem(` has ${JSON.stringify(name)}; it must have ${rule}.`, reading.removeEntry(name));
}

function alternatives(values: readonly string[]): string {
  const quoted = values.map((value) => `"${value}"`);
  return quoted.length === 1
    ? `${quoted[0]}`
    : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

/** What is no variable for an app to be given; undefined where it is one. */
function wrongVariable(name: string, given: ReadonlySet<string>): string | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name)) return `"${name}", which is no name of a variable.`;
  return given.has(name) ? `${name}, which Slipway itself sets.` : undefined;
}

const isOneLine = (value: string) => !/[\0\r\n]/.test(value);
const severalLines = (name: string) => `${name} with more than one line.`;

function parseStrings(value: string): string[] | undefined {
  try {
    const array: unknown = JSON.parse(value);
    return Array.isArray(array) && array.every((one) => typeof one === "string")
      ? array
      : undefined;
  } catch {
    return undefined;
  }
}

/** `config set --path appEnv.DEBUG true` stores a boolean, and a number likewise: both are texts here. */
const isScalar = (value: unknown) => ["string", "number", "boolean"].includes(typeof value);
const textsOf = (all: readonly (readonly [string, unknown])[]): Strings =>
  Object.fromEntries(all.map(([name, value]) => [name, String(value)]));

const isCommandLine = (command: Command): boolean =>
  typeof command !== "string" || /^[^\n\r\0]+$/.test(command);
const isCommand = (one: unknown): one is Command =>
  typeof one === "string" ? isCommandLine(one) : isWords(one);
