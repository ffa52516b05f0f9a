import { isMap, type PropertyMap, type PropertyValue } from "../property-value.ts";

/** The names of the inputs that are defaults, kept beside them as the official plugins do. */
export const DEFAULTS = "__defaults";

/** Properties as the state has them, without the notes on which of them are defaults. */
export function withoutNotes(properties: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => name !== DEFAULTS)
      .map(([name, value]) => [name, inValue(value)]),
  );
}

function inValue(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) {
    return value.map(inValue);
  }
  return isMap(value) ? withoutNotes(value) : value;
}
