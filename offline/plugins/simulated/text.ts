import type { PropertyMap } from "../property-value.ts";

/** A property that is there, as text. */
export function text(properties: PropertyMap, name: string): string {
  return String(properties[name]);
}
