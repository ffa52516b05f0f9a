import type { PropertyMap, PropertyValue } from "../property-value.ts";
import type { Schema } from "./schema.ts";

/** Labels are a set of pairs, because upstream has no maps with a schema. */
export const LABEL: Schema = {
  label: { type: "string", required: true, forceNew: true },
  value: { type: "string", required: true, forceNew: true },
};

export function labelMap(labels: PropertyValue | undefined): Record<string, string> {
  const pairs = (labels ?? []) as PropertyMap[];
  return Object.fromEntries(pairs.map(({ label, value }) => [String(label), String(value)]));
}

export function labelSet(
  labels: Readonly<Record<string, string>> | null | undefined,
): PropertyMap[] {
  return Object.entries(labels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => ({ label, value }));
}
