import { type ParseArgsConfig, parseArgs } from "node:util";
import { IMAGE_OR_ARCHIVE, type Rule, VERSION } from "../../infra/patterns.ts";
import type { FreeOptions } from "../locks/free.ts";
import { ACCEPT_DATA_LOSS } from "../lost-data.ts";
import { UserError } from "../user-error.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

const STACK = { stack: { type: "string", short: "s" } } as const;

/**
 * Arguments of a verb that works on a stack.
 *
 * @param usage shown with what is wrong.
 */
export function readArguments<T extends Options>(
  args: string[],
  usage: string,
  options: T,
  allowPositionals = false,
) {
  const { values, positionals } = readOptions(
    args,
    usage,
    { ...options, ...STACK },
    allowPositionals,
  );
  const { stack } = values as { stack?: string };
  if (stack === undefined) throw new UserError(`Which stack? usage: ${usage}`);
  return { stack, values, positionals };
}

/** Arguments of any verb. */
export function readOptions<T extends Options>(
  args: string[],
  usage: string,
  options: T,
  allowPositionals = false,
) {
  try {
    return parseArgs({ args, options, allowPositionals, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UserError(`${error.message.split(". ")[0]}. usage: ${usage}`);
  }
}

/**
 * The value of an option that takes one; undefined where it is not given.
 *
 * @throws UserError for one that the program would refuse, or that would be found out later.
 */
export function checkedOf(
  values: Readonly<Record<string, unknown>>,
  option: string,
  { pattern, words }: Rule,
): string | undefined {
  const value = textOf(values, option);
  if (value === undefined || pattern.test(value)) return value;
  throw new UserError(`--${option} is "${value}"; it must be ${words}.`);
}

/** What `--image` and `--version` name. */
export const imageOf = (values: Readonly<Record<string, unknown>>) => ({
  image: checkedOf(values, "image", IMAGE_OR_ARCHIVE),
  version: checkedOf(values, "version", VERSION),
});

/** A whole number that is at least 1. */
export function positive(value: string, option: string): number {
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw new UserError(`${option} is "${value}"; it must be a whole number, at least 1.`);
}

/** Of every verb that changes a stack. */
export const LOCK_OPTIONS = { "lock-wait": { type: "string" } } as const;

/** How long to wait for somebody else who is changing the stack. */
export function lockOptions(values: Readonly<Record<string, unknown>>): FreeOptions {
  const seconds = values["lock-wait"];
  return seconds === undefined ? {} : { waitSeconds: positive(String(seconds), "--lock-wait") };
}

/** Of what brings a stack up. It names what is lost, so that nobody types it by habit. */
export const LOSS_OPTIONS = { [ACCEPT_DATA_LOSS]: { type: "string", multiple: true } } as const;

/** The value of an option that takes one, and undefined where it is not given. */
export function textOf(values: Readonly<Record<string, unknown>>, option: string) {
  const value = values[option];
  return typeof value === "string" && value !== "" ? value : undefined;
}
