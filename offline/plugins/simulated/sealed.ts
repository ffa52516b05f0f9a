import { type PropertyMap, Secret, UNKNOWN } from "../property-value.ts";
import { mapFields } from "./map-fields.ts";
import type { Schema } from "./schema.ts";

/** Properties of which those that the schema holds for secrets are secrets. */
export function sealed(schema: Schema, properties: PropertyMap): PropertyMap {
  return mapFields(schema, properties, ({ secret }, value) =>
    secret && value !== UNKNOWN && !(value instanceof Secret) ? new Secret(value) : value,
  );
}
