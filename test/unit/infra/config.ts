import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { readSettings } from "../../../infra/settings/read.ts";
import type { Setting } from "../../../infra/settings/setting.ts";
import { SETTINGS } from "../../../infra/settings/table.ts";
import type { Settings } from "../../../stacks/settings.ts";

export const ROOT = join(import.meta.dirname, "../../..");

export type Values = Readonly<Record<string, string>>;

/** The keys of Pulumi.yaml with their defaults, as the engine hands them to the program. */
export const defaults: Values = Object.fromEntries(
  Object.entries(
    parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")).config as Record<
      string,
      { default?: string }
    >,
  )
    .filter(([key]) => !key.startsWith("pulumi:"))
    .map(([key, { default: value }]) => [key, value ?? "(none)"]),
);

export const secrets: Values = {
  databasePassword: "a password of the database",
  appSecret: "a key of sixteen characters or more",
};

const SECRET_KEYS = Object.entries<Setting>(SETTINGS)
  .filter(([, { secret }]) => secret)
  .map(([key]) => key);

/** Reads the settings of a stack whose config is the defaults, two secrets, and these values. */
export function read(
  values: Values = {},
  inTheClear: readonly string[] = [],
  alsoEncrypted: readonly string[] = [],
  stack = "dev",
): Settings {
  const config = Object.entries({ ...defaults, ...secrets, ...values });
  const encrypted = [...SECRET_KEYS, ...alsoEncrypted];
  pulumi.runtime.setAllConfig(
    Object.fromEntries(config.map(([key, value]) => [`slipway:${key}`, value])),
    encrypted.filter((key) => !inTheClear.includes(key)).map((key) => `slipway:${key}`),
  );
  return readSettings("slipway", stack);
}

export function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof pulumi.RunError) return error.message;
    throw error;
  }
  return "";
}

/** The message about problems, each a sentence and the line to type. */
export function problems(...lines: readonly (readonly [string, string])[]): string {
  const count = lines.length === 1 ? "1 problem" : `${lines.length} problems`;
  return [
    `Stack "dev" was not touched: ${count} in its config.`,
    ...lines.map(([text, type], index) => `  ${index + 1}. ${text}\n     ${type} -s dev`),
  ].join("\n");
}
