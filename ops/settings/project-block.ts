import { stringify } from "yaml";
import type { Setting, Table } from "../../infra/settings/setting.ts";
import { descriptionOf } from "./description.ts";

/** The settings by the name of their subject. */
export type Subjects = Readonly<Record<string, Table>>;

const BEGIN =
  "  # From here on written by `npm run settings`, from the tables in infra/settings/.\n";

/**
 * The text of Pulumi.yaml with the settings in it.
 *
 * @param text as it is; all before the settings stays.
 */
export function withSettings(text: string, subjects: Subjects): string {
  const end = text.indexOf(BEGIN);
  if (end < 0) throw new Error(`Pulumi.yaml has no line "${BEGIN.trim()}".`);
  const chapters = Object.entries(subjects).map(
    ([subject, table]) => `\n  # ${subject}\n${Object.entries(table).map(entryOf).join("")}`,
  );
  return text.slice(0, end) + BEGIN + chapters.join("");
}

/** Without a type, Pulumi takes a map or a list both as YAML and as JSON in one string. */
function entryOf([key, setting]: readonly [string, Setting]): string {
  const lines = [
    `  ${key}:`,
    ...(setting.type.shape === "text" ? ["    type: string"] : []),
    `    default: ${scalar(setting.default ?? "")}`,
    `    description: ${scalar(descriptionOf(setting))}`,
  ];
  return `${lines.join("\n")}\n`;
}

const scalar = (value: string) => stringify(value, { lineWidth: 0 }).trimEnd();
