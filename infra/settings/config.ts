import { byNearness } from "../near-names.ts";
import type { Facts } from "./condition.ts";
import { factsOf, reasonOf } from "./facts.ts";
import type { Problem } from "./problem.ts";
import { rawConfig } from "./raw-config.ts";
import type { Setting, Table, ValuesOf } from "./setting.ts";
import { SettingReading } from "./setting-reading.ts";

type StackId = Pick<Facts, "project" | "stack">;

/** A config that was read: what the table makes of it, secrets as plain text among it. */
export interface Config<T extends Table> {
  readonly values: ValuesOf<T>;
  readonly facts: Facts;
  readonly problems: readonly Problem[];
}

/** Reads all settings of a table, so that all that is wrong can be said at once. */
export function readConfig<T extends Table>(table: T, id: StackId): Config<T> {
  const config = rawConfig(id.project);
  // What is encrypted must not come out of the stack's file where it would be shown.
  const given = (key: string) => {
    const { text, isEncrypted = false } = config.get(key) ?? {};
    return isEncrypted && table[key]?.secret !== true ? undefined : text;
  };
  const facts = factsOf(table, id, given);
  const problems: Problem[] = [];
  const values = Object.entries(table).map(([key, setting]) => {
    const isEncrypted = config.get(key)?.isEncrypted === true;
    const context = { key, setting, facts, given: given(key), isEncrypted };
    const reading = new SettingReading(context, problems);
    return [key, readSetting(setting, reading)];
  });
  problems.push(...unknownKeys([...config.keys()], table, id));
  return { values: Object.fromEntries(values), facts, problems };
}

function readSetting({ type, usual, refused }: Setting, reading: SettingReading): unknown {
  const { key, facts, need } = reading;
  reading.checkEncryption();
  if (need !== undefined && !facts.has(key)) reading.missing(reasonOf(need, facts));
  const text = facts.has(key) ? refused?.(facts) : undefined;
  if (text !== undefined) reading.refuse(text);
  return type.parse(reading) ?? usual?.of(facts);
}

/** What is in the config and not in the table is misspelt. */
function unknownKeys(keys: readonly string[], table: Table, { project }: StackId): Problem[] {
  return keys
    .filter((key) => !Object.hasOwn(table, key))
    .map((setting) => {
      const meant = nearest(setting, Object.keys(table));
      const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
      const text = `${project}:${setting} is not a setting${hint}`;
      return { setting, text, command: `pulumi config rm ${setting}` };
    });
}

/** The known key that differs from the given one by the fewest edits, if they are few. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const [best] = byNearness(key, known);
  return best !== undefined && best.edits <= Math.max(2, key.length / 4) ? best.name : undefined;
}
