import { factsOf } from "../../infra/settings/facts.ts";
import type { Table } from "../../infra/settings/setting.ts";
import { SETTINGS } from "../../infra/settings/table.ts";
import { PROJECT } from "../project.ts";

/** Keys of the secrets that Slipway invents for a stack with these values. */
export function generatedSecrets(
  values: Readonly<Record<string, string>> = {},
  table: Table = SETTINGS,
): string[] {
  const facts = factsOf(table, { project: PROJECT, stack: "" }, (key) => values[key]);
  return Object.entries(table).flatMap(([key, { generated }]) => {
    if (generated === undefined) return [];
    const { unless } = generated;
    return unless !== undefined && facts.holds(unless) ? [] : [key];
  });
}

/** A value that the settings accept in the place of a secret that nobody may see. */
export const dummyOf = (key: string, table: Table = SETTINGS): string =>
  table[key]?.dummy ?? "dummy-of-at-least-32-characters-";

/** Whether a value of a stack's file, or a part of it, is encrypted. */
export const isEncryptedValue = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  ("secure" in value || Object.values(value).some(isEncryptedValue));
