import { readFileSync } from "node:fs";
import { join } from "node:path";
import { quote } from "./quote.ts";

/**
 * The text of a script that stands beside a component, and is as much a part of its source.
 *
 * @param folder the caller's own, `import.meta.dirname`.
 * @param values shell variables that the script reads; they are in its text, so nothing secret.
 */
export function shellFile(
  folder: string,
  name: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const assignments = Object.entries(values).map(([key, value]) => `${key}=${quote(`${value}`)}\n`);
  return `\n${assignments.join("")}${readFileSync(join(folder, name), "utf8").trimEnd()}`;
}
