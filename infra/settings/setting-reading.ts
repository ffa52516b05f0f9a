import { quote } from "../../components/quote.ts";
import { isMapInStackFile } from "../stack-config-file.ts";
import type { Condition, Facts } from "./condition.ts";
import type { Problem } from "./problem.ts";
import type { Setting } from "./setting.ts";
import type { Reading } from "./value-types.ts";

interface Context {
  readonly key: string;
  readonly setting: Setting;
  readonly facts: Facts;
  /** In the stack's file, in any form; undefined where it has none that may be read. */
  readonly given: string | undefined;
  readonly isEncrypted: boolean;
}

/** One setting while it is read: its text, and what is wrong with it. */
export class SettingReading implements Reading {
  readonly key: string;
  readonly text: string;
  readonly example: string;
  readonly input: string | undefined;
  readonly facts: Facts;
  /** The condition that makes it necessary; undefined where none does. */
  readonly need: Condition | undefined;
  readonly #setting: Setting;
  readonly #full: string;
  readonly #isEncrypted: boolean;
  readonly #problems: Problem[];

  constructor({ key, setting, facts, given, isEncrypted }: Context, problems: Problem[]) {
    this.key = key;
    this.#setting = setting;
    this.#full = `${facts.project}:${key}`;
    this.#isEncrypted = isEncrypted;
    this.#problems = problems;
    this.facts = facts;
    this.text = given ?? setting.default ?? "";
    this.example = setting.example;
    this.input = setting.input;
    this.need = facts.need(key);
  }

  get isRequired(): boolean {
    return this.need !== undefined;
  }

  setLine(value?: string): string {
    const set = `pulumi config set ${this.#setting.secret ? "--secret " : ""}${this.key}`;
    return value === undefined ? set : `${set} ${value}`;
  }

  /** What is left of a map is not shown: one that is JSON in a string is set again as a whole. */
  removeEntry(name: string): string {
    return isMapInStackFile(this.facts.stack, this.#full)
      ? `pulumi config rm --path ${quote(pathOf(this.key, name))}`
      : this.setLine("<FILE");
  }

  problem(says: string, command: string): void {
    this.#say(`${this.#full}${says}`, command);
  }

  wrong(rule: string, example: string): void {
    const got = this.text === "" ? "empty" : JSON.stringify(this.text);
    this.problem(` is ${got}; it must be ${rule}.`, this.setLine(example));
  }

  missing(reason: string): void {
    const { secret, example } = this.#setting;
    const value = this.input ?? (secret ? undefined : example);
    this.problem(` is missing${reason === "" ? "" : `, and ${reason}`}.`, this.setLine(value));
  }

  refuse(text: string): void {
    this.#say(text, `pulumi config rm ${this.key}`);
  }

  checkEncryption(): void {
    const isSecret = this.#setting.secret === true;
    if (this.#isEncrypted && !isSecret) {
      const says = " is encrypted, but is no secret: it would be shown in the clear.";
      this.problem(says, `pulumi config rm ${this.key}`);
    } else if (isSecret && this.text !== "" && !this.#isEncrypted) {
      this.problem(" is stored in the clear.", this.setLine());
    }
  }

  #say(text: string, command: string): void {
    this.#problems.push({ setting: this.key, text, command });
  }
}

/** As the path of `pulumi config`: a name with other characters is in brackets and quotes. */
const pathOf = (key: string, name: string) =>
  /^[\w-]+$/.test(name) ? `${key}.${name}` : `${key}[${JSON.stringify(name)}]`;
