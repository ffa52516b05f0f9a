import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";

const ROOT = resolve(import.meta.dirname, "..");

/**
 * Whether a stack's file has a key as a YAML map, whose entries `pulumi config rm --path` can remove. The
 * engine hands over maps and JSON in a string as the same text.
 */
export function isMapInStackFile(stack: string, key: string): boolean {
  const file = resolve(ROOT, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) return false;
  const value: unknown = parse(readFileSync(file, "utf8"))?.config?.[key];
  return typeof value === "object" && value !== null && !("secure" in value);
}
