import type { PropertyMap, PropertyValue } from "../property-value.ts";
import type { Field, Schema } from "./schema.ts";

/** Converts what the schema has; the rest, which is the id, stays as it is. */
export function mapFields(
  schema: Schema,
  properties: PropertyMap,
  convert: (field: Field, value: PropertyValue) => PropertyValue,
): PropertyMap {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => {
      const field = schema[name];
      return [name, field === undefined ? value : convert(field, value)];
    }),
  );
}
