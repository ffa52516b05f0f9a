import { distance } from "fastest-levenshtein";
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
  const facts = factsOf(table, id, (key) => {
    const { text, isEncrypted = false } = config.get(key) ?? {};
    return isEncrypted && table[key]?.secret !== true ? undefined : text;
  });
  const problems: Problem[] = [];
  const values = Object.entries(table).map(([key, setting]) => {
    const { text: given, isEncrypted = false } = config.get(key) ?? {};
    const reading = new SettingReading({ key, setting, facts, given, isEncrypted }, problems);
    return [key, readSetting(setting, reading)];
  });
  problems.push(...unknownKeys([...config.keys()], table, id));
  return { values: Object.fromEntries(values), facts, problems };
}

function readSetting({ type, usual, refused }: Setting, reading: SettingReading): unknown {
  const { key, facts } = reading;
  reading.checkEncryption();
  const need = facts.need(key);
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
  const ranked = known
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
