import * as pulumi from "@pulumi/pulumi";
import { distance } from "fastest-levenshtein";
import { quote } from "../components/machine/script.ts";
import { type Command, isWords, parseCommand } from "../components/shell-command.ts";
import { parseJsonObject } from "./json-object.ts";
import { HOST_NAME } from "./patterns.ts";
import { isMapInStackFile } from "./stack-config-file.ts";

/** Whether the stack's file has the value encrypted. The SDK knows, but leaves it out of its types. */
const { isConfigSecret } = pulumi.runtime as typeof pulumi.runtime & {
  isConfigSecret(key: string): boolean;
};

interface Pattern {
  test(value: string): boolean;
}

/** Reads keys one by one and remembers what is wrong, so that all of it can be said at once. */
export class ConfigReader {
  readonly #project: string;
  readonly #stack: string;
  readonly #known = new Set<string>();
  readonly #problems: { readonly text: string; readonly type: string }[] = [];

  constructor(project: string, stack: string) {
    this.#project = project;
    this.#stack = stack;
  }

  oneOf<T extends string>(key: string, allowed: readonly [T, ...T[]]): T {
    const value = this.#value(key);
    const match = allowed.find((one) => one === value);
    if (match === undefined) this.#wrong(key, value, alternatives(allowed), allowed[0]);
    return match ?? allowed[0];
  }

  text(key: string, valid: (value: string) => boolean, rule: string, example: string): string {
    const value = this.#value(key);
    if (!valid(value)) this.#wrong(key, value, rule, example);
    return value;
  }

  optional(key: string, pattern: Pattern, rule: string): string | undefined {
    const value = this.#value(key);
    if (value === "") return undefined;
    if (!pattern.test(value)) this.#wrong(key, value, `${rule}, or empty`, '""');
    return value;
  }

  /** A line for a shell, or a list of a program and its arguments. */
  optionalCommand(key: string): Command | undefined {
    const value = this.#value(key);
    if (value === "") return undefined;
    const command = parseCommand(value);
    if (command === undefined || !isCommandLine(command)) {
      const rule = "a command on one line, or a list of a program and its arguments, or empty";
      this.#wrong(key, value, rule, '""');
    }
    return command;
  }

  /** In lower case, as it is compared everywhere: `SEC.test` is `sec.test`. */
  hostName(key: string, rule: string): string | undefined {
    return this.optional(key, HOST_NAME, rule)?.toLowerCase();
  }

  integer(key: string, min: number, max: number): number {
    return this.#integer(key, this.#value(key), min, max);
  }

  optionalInteger(key: string, min: number, max: number): number | undefined {
    const value = this.#value(key);
    return value === "" ? undefined : this.#integer(key, value, min, max);
  }

  boolean(key: string): boolean {
    return this.oneOf(key, ["true", "false"]) === "true";
  }

  optionalBoolean(key: string): boolean | undefined {
    const value = this.oneOf(key, ["", "true", "false"]);
    return value === "" ? undefined : value === "true";
  }

  /** A YAML list of strings, or a JSON array in one string. */
  list(key: string, pattern: Pattern, rule: string): readonly string[] {
    const value = this.#value(key);
    const array = parseStrings(value || "[]");
    const valid = Array.isArray(array) && array.every((one) => pattern.test(one));
    if (!valid) {
      const rest = (array ?? [value]).filter((one) => pattern.test(one));
      this.#wrong(key, value, `a list of ${rule}`, quote(JSON.stringify(rest)));
    }
    return Array.isArray(array) ? array : [];
  }

  /** A YAML map of strings, or a JSON object in one string. */
  strings(key: string): Readonly<Record<string, string>> {
    const value = this.#value(key);
    const object = parseJsonObject(value || "{}");
    if (object === undefined) this.#noMap(key, "strings");
    const all = Object.entries(object ?? {});
    for (const [name, one] of all) {
      if (!isScalar(one)) {
        const text = `${this.#full(key)} has ${name}, which is no string.`;
        this.problem(text, this.#removeEntry(key, name));
      }
    }
    return textsOf(all.filter(([, one]) => isScalar(one)));
  }

  /** A map of strings whose every entry has to be valid. */
  entries(
    key: string,
    valid: (name: string, value: string) => boolean,
    rule: string,
  ): Readonly<Record<string, string>> {
    const object = this.strings(key);
    const wrong = Object.entries(object).filter(([name, value]) => !valid(name, value));
    for (const [name] of wrong) this.#wrongEntry(key, name, rule);
    return object;
  }

  /** A map of commands, each a line or a list of words, whose names have to be valid. */
  commands(key: string, name: Pattern, rule: string): Readonly<Record<string, Command>> {
    const value = this.#value(key);
    const object = parseJsonObject(value || "{}");
    if (object === undefined) this.#noMap(key, "commands");
    const all = Object.entries(object ?? {});
    const isCommand = (one: unknown): one is Command =>
      typeof one === "string" ? isCommandLine(one) : isWords(one);
    const wrong = all.filter(([one, command]) => !(name.test(one) && isCommand(command)));
    for (const [one] of wrong) this.#wrongEntry(key, one, rule);
    return Object.fromEntries(
      all.filter((entry): entry is [string, Command] => isCommand(entry[1])),
    );
  }

  /** Variables that the team adds to those that every app is given. */
  environment(key: string, given: ReadonlySet<string>): Readonly<Record<string, string>> {
    const object = this.strings(key);
    const wrong = Object.entries(object).flatMap(([name, value]) => {
      const text = wrongVariable(name, given) ?? (isOneLine(value) ? [] : SEVERAL_LINES(name));
      return typeof text === "string" ? [[name, text] as const] : [];
    });
    for (const [name, text] of wrong) {
      this.problem(`${this.#full(key)} has ${text}`, this.#removeEntry(key, name));
    }
    return object;
  }

  /** As `environment`, all of it encrypted. @param as what a value of several lines can only be: a file. */
  secretEnvironment(
    key: string,
    given: ReadonlySet<string>,
    as: "files" | "env",
  ): Readonly<Record<string, pulumi.Output<string>>> {
    const object = this.#secretObject(key);
    for (const [name, value] of Object.entries(object)) {
      const wrong = wrongVariable(name, given);
      if (wrong !== undefined) {
        this.problem(`${this.#full(key)} has ${wrong}`, this.#removeSecret(key, name));
      } else if (as === "env" && !isOneLine(value)) {
        this.problem(
          `${this.#full(key)} has ${SEVERAL_LINES(name)} As a file it may have them, or encode it (base64).`,
          "pulumi config set secretsAs files",
        );
      }
    }
    const variables = Object.entries(object);
    return Object.fromEntries(variables.map(([name, one]) => [name, pulumi.secret(one)]));
  }

  /** A secret map of strings, of any number of lines each, whose names have to be valid. */
  secretEntries(
    key: string,
    name: Pattern,
    rule: string,
  ): Readonly<Record<string, pulumi.Output<string>>> {
    const entries = Object.entries(this.#secretObject(key));
    for (const [one] of entries.filter(([id]) => !name.test(id))) {
      this.problem(
        `${this.#full(key)} has "${one}"; it must have ${rule}.`,
        this.#removeSecret(key, one),
      );
    }
    return Object.fromEntries(entries.map(([id, value]) => [id, pulumi.secret(value)]));
  }

  secret(key: string, minLength: number): pulumi.Output<string> {
    const value = this.#secretLine(key);
    if (value === "") {
      this.problem(`${this.#full(key)} is missing.`, this.#setSecret(key));
    } else if (value.length < minLength) {
      this.problem(
        `${this.#full(key)} is too short; it must have at least ${minLength} characters.`,
        this.#setSecret(key),
      );
    }
    return pulumi.secret(value);
  }

  optionalSecret(key: string): pulumi.Output<string> | undefined {
    const value = this.#secretLine(key);
    return value === "" ? undefined : pulumi.secret(value);
  }

  /** A secret of several lines, and what it says that is no secret itself. */
  optionalSecretFile<T>(
    key: string,
    read: (text: string) => T,
  ): { readonly secret: pulumi.Output<string>; readonly said: T } | undefined {
    const value = this.#secretValue(key);
    return value === "" ? undefined : { secret: pulumi.secret(value), said: read(value) };
  }

  /** A key that another one's value makes necessary. */
  missing(key: string, why: string, example: string): void {
    this.problem(
      `${this.#full(key)} is missing, and ${why}.`,
      `pulumi config set ${key} ${example}`,
    );
  }

  missingSecret(key: string, why: string, input: string): void {
    this.problem(`${this.#full(key)} is missing, and ${why}.`, `${this.#setSecret(key)} ${input}`);
  }

  /** Call after every key was read: what was not read is misspelt. */
  refuseUnknownKeys(): void {
    const prefix = `${this.#project}:`;
    for (const full of Object.keys(pulumi.runtime.allConfig())) {
      if (!full.startsWith(prefix)) continue;
      const key = full.slice(prefix.length);
      if (this.#known.has(key)) continue;
      const meant = nearest(key, this.#known);
      this.problem(
        `${full} is not a setting${meant === undefined ? "" : `; did you mean ${meant}?`}`,
        `pulumi config rm ${key}`,
      );
    }
  }

  throwProblems(): void {
    if (this.#problems.length === 0) return;
    const count = this.#problems.length === 1 ? "1 problem" : `${this.#problems.length} problems`;
    const lines = this.#problems.map(
      ({ text, type }, index) => `  ${index + 1}. ${text}\n     ${type} -s ${this.#stack}`,
    );
    throw new pulumi.RunError(
      `Stack "${this.#stack}" was not touched: ${count} in its config.\n${lines.join("\n")}`,
    );
  }

  #full(key: string): string {
    return `${this.#project}:${key}`;
  }

  #setSecret(key: string): string {
    return `pulumi config set --secret ${key}`;
  }

  /** What is encrypted in the stack's file must not come out of it where it would be shown. */
  #value(key: string): string {
    if (!isConfigSecret(this.#full(key))) return this.#read(key);
    this.#known.add(key);
    this.problem(
      `${this.#full(key)} is encrypted, but is no secret: it would be shown in the clear.`,
      `pulumi config rm ${key}`,
    );
    return "";
  }

  #read(key: string): string {
    this.#known.add(key);
    return pulumi.runtime.getConfig(this.#full(key)) ?? "";
  }

  #integer(key: string, value: string, min: number, max: number): number {
    const number = Number(value);
    const valid = /^\d+$/.test(value) && number >= min && number <= max;
    if (!valid) this.#wrong(key, value, `a whole number from ${min} to ${max}`, "NUMBER");
    return number;
  }

  #removeSecret(key: string, name: string): string {
    return this.#removeEntry(key, name, this.#setSecret(key));
  }

  /** What is left of a map is not shown: one that is JSON in a string is set again as a whole. */
  #removeEntry(key: string, name: string, set = `pulumi config set ${key}`): string {
    return isMapInStackFile(this.#stack, this.#full(key))
      ? `pulumi config rm --path ${quote(pathOf(key, name))}`
      : `${set} <FILE`;
  }

  /** An entry is named by its key alone: its value may be one that is not to be shown. */
  #wrongEntry(key: string, name: string, rule: string): void {
    const text = `${this.#full(key)} has ${JSON.stringify(name)}; it must have ${rule}.`;
    this.problem(text, this.#removeEntry(key, name));
  }

  #noMap(key: string, of: string): void {
    this.problem(`${this.#full(key)} is no map of ${of}.`, `pulumi config set ${key} <FILE`);
  }

  #secretValue(key: string): string {
    const value = this.#read(key);
    if (value !== "" && !isConfigSecret(this.#full(key))) {
      this.problem(`${this.#full(key)} is stored in the clear.`, this.#setSecret(key));
    }
    return value;
  }

  #secretObject(key: string): Readonly<Record<string, string>> {
    const object = parseObject(this.#secretValue(key) || "{}");
    if (object === undefined) {
      // What it is must not be shown.
      this.problem(`${this.#full(key)} is no map of strings.`, `${this.#setSecret(key)} <FILE`);
    }
    return object ?? {};
  }

  #secretLine(key: string): string {
    const value = this.#secretValue(key);
    if (/[\0\r\n]/.test(value)) {
      this.problem(`${this.#full(key)} has more than one line.`, this.#setSecret(key));
    }
    return value;
  }

  #wrong(key: string, value: string, rule: string, example: string): void {
    const got = value === "" ? "empty" : JSON.stringify(value);
    this.problem(
      `${this.#full(key)} is ${got}; it must be ${rule}.`,
      `pulumi config set ${key} ${example}`,
    );
  }

  /** Remembers something wrong, and the line to type. */
  problem(text: string, type: string): void {
    this.#problems.push({ text, type });
  }
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
const SEVERAL_LINES = (name: string) => `${name} with more than one line.`;

/** As the path of `pulumi config`: a name with other characters is in brackets and quotes. */
const pathOf = (key: string, name: string) =>
  /^[\w-]+$/.test(name) ? `${key}.${name}` : `${key}[${JSON.stringify(name)}]`;

function parseStrings(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((one) => typeof one === "string")
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

function parseObject(text: string): Record<string, string> | undefined {
  const entries = Object.entries(parseJsonObject(text) ?? { "": undefined });
  return entries.every(([, value]) => isScalar(value)) ? textsOf(entries) : undefined;
}

/** `config set --path appEnv.DEBUG true` stores a boolean, and a number likewise: both are texts here. */
const isScalar = (value: unknown) => ["string", "number", "boolean"].includes(typeof value);
const textsOf = (entries: readonly (readonly [string, unknown])[]): Record<string, string> =>
  Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));

const isCommandLine = (command: Command): boolean =>
  typeof command !== "string" || /^[^\n\r\0]+$/.test(command);

/** The known key that differs from the given one by the fewest edits, if they are few. */
function nearest(key: string, known: ReadonlySet<string>): string | undefined {
  const ranked = [...known]
    .map((candidate) => ({
      candidate,
      edits: distance(key.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.max(2, key.length / 4)
    ? best.candidate
    : undefined;
}
