import { Argument, Option } from "@commander-js/extra-typings";
import { IMAGE_OR_ARCHIVE, type Rule, VERSION } from "../../infra/patterns.ts";
import { didYouMean } from "../closest.ts";
import type { FreeOptions } from "../locks/free.ts";
import { ACCEPT_DATA_LOSS } from "../lost-data.ts";
import { UserError } from "../user-error.ts";

/** Readers of the values of options. Each throws a `UserError` for what it does not take. */

export const text = (option: string) => (value: string) => {
  if (value === "") throw new UserError(`${option} is empty.`);
  if (!value.startsWith("-")) return value;
  throw new UserError(`${option} needs a value, and "${value}" looks like an option.`);
};

/** Text that the program would take: what it would refuse is said before anything is done. */
export const matching = (option: string, rule: Rule) => (value: string) => {
  if (rule.pattern.test(value)) return value;
  throw new UserError(`${option} is "${value}"; it must be ${rule.words}.`);
};

/** A whole number that is at least 1. */
export const positive = (option: string) => (value: string) => {
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw new UserError(`${option} is "${value}"; it must be a whole number, at least 1.`);
};

/** An empty text is none: a pipeline writes `--version "$CI_COMMIT_TAG"`. */
export const optional =
  <T>(read: (value: string) => T) =>
  (value: string) =>
    value === "" ? undefined : read(value);

/** One of a few names. */
const oneOf =
  <const T extends string>(what: string, names: readonly T[]) =>
  (value: string): T => {
    const found = names.find((name) => name === value);
    if (found !== undefined) return found;
    const list = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
    throw new UserError(`${what} is "${value}"; it must be ${list}.${didYouMean(value, names)}`);
  };

/** An argument that is one of a few names. */
export const choice = <const T extends string>(
  name: string,
  names: readonly T[],
  description: string,
) => new Argument(`<${name}>`, description).choices(names).argParser(oneOf(`The ${name}`, names));

/** Any number of a few names. */
export const choices = <const T extends string>(
  usage: "[bench...]" | "[suite...]",
  names: readonly T[],
  description: string,
) =>
  new Argument(usage, description)
    .choices(names)
    .argParser<readonly T[]>((value, before) => [
      ...(before ?? []),
      oneOf(`The ${usage.slice(1, -4)}`, names)(value),
    ]);

/** For an option that may be given more than once. */
export const each =
  (option: string) =>
  (value: string, before: readonly string[] = []) => [...before, text(option)(value)];

/** Options of several commands. */

const STACK = "-s, --stack <stack>";
/** Names the stack where no option does. */
export const STACK_VARIABLE = "SLIPWAY_STACK";

/** Of a command that works on one stack. */
export const stackOption = () => namedStack("The stack.").env(STACK_VARIABLE);

/** Of a command that creates one: only who types its name means it. */
export const namedStack = (description: string) =>
  new Option(STACK, description).argParser(text("--stack")).makeOptionMandatory();

/** Of a command that may work on one. */
export const optionalStack = (description: string) => anyStack(description).env(STACK_VARIABLE);

/** Of a command that does more without one: only who types its name means it. */
export const anyStack = (description: string) =>
  new Option(STACK, description).argParser(text("--stack"));

export const imageOption = () =>
  new Option(
    "--image <reference>",
    "Image to release: a reference, or the path of an archive.",
  ).argParser(optional(matching("--image", IMAGE_OR_ARCHIVE)));

export const versionOption = () =>
  new Option("--version <name>", "Name of the image's version.").argParser(
    optional(matching("--version", VERSION)),
  );

export const dotenvOption = () =>
  new Option(
    "--dotenv <file>",
    "File to append the result to as NAME=VALUE lines, for later jobs of a pipeline.",
  ).argParser(optional(text("--dotenv")));

export const jsonOption = () =>
  new Option("--json", 'Print the result as JSON on standard output; a failure as {"error": ...}.');

export const dryRunOption = (description: string) => new Option("--dry-run", description);

/** Has one meaning in each command: do what is refused without it. */
export const forceOption = (what: string) =>
  new Option("--force", `Do what is refused without it: ${what}.`);

/** Has one meaning in each command: answer the question that it would ask. */
export const YES = "Answer the question that the command asks";

/** Of each command that changes a stack. */
export const lockWaitOption = () =>
  new Option(
    "--lock-wait <seconds>",
    "How long to wait while another run changes the stack. Without it, such a stack is refused.",
  ).argParser(positive("--lock-wait"));

export const lockOf = ({ lockWait }: { lockWait?: number | undefined }): FreeOptions =>
  lockWait === undefined ? {} : { waitSeconds: lockWait };

/** Of what brings a stack up. It names what is lost, so that nobody types it by habit. */
export const acceptDataLossOption = () =>
  new Option(
    `--${ACCEPT_DATA_LOSS} <name>`,
    "Data that is lost and may begin empty; for each one again.",
  ).argParser(each(`--${ACCEPT_DATA_LOSS}`));
