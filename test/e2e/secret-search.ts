import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { quote } from "../../components/quote.ts";

/** That no place has any of the secrets, in whatever notation; a place without text would prove nothing. */
export function expectNoSecret(
  secrets: readonly string[],
  places: Readonly<Record<string, string>>,
): void {
  for (const secret of secrets) expect(secret.length).toBeGreaterThan(20);
  const wanted = secrets.flatMap(notations);
  const found = Object.entries(places).flatMap(([place, text]) =>
    text
      .split("\n")
      .filter((line) => wanted.some((notation) => line.includes(notation)))
      .map((line) => `${place}: ${masked(line, wanted)}`),
  );
  expect(found).toEqual([]);
  for (const text of Object.values(places)) expect(text).not.toBe("");
}

/** With what is around it, which says where it came from. */
function masked(line: string, wanted: readonly string[]): string {
  const longestFirst = wanted.toSorted((a, b) => b.length - a.length);
  const text = longestFirst.reduce((rest, one) => rest.replaceAll(one, "[secret]"), line);
  const at = text.indexOf("[secret]");
  return text.slice(Math.max(at - 200, 0), at + 200);
}

/** What all files in a folder and below hold. */
export function textBelow(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

/** As something on the way may have written it. */
function notations(value: string): string[] {
  return [
    value,
    encodeURIComponent(value),
    encodeURI(value),
    JSON.stringify(value).slice(1, -1),
    JSON.stringify(JSON.stringify(value)).slice(3, -3),
    quote(value),
    value.replaceAll("'", "''"),
    Buffer.from(value).toString("base64"),
  ];
}
