import { containsUnknown, isMap, type PropertyMap, type PropertyValue } from "../property-value.ts";
import {
  isCustomResourceDefinition,
  isSecret,
  type Manifest,
  valueAt,
  withoutValue,
} from "./manifest.ts";
import { canonicalQuantity } from "./quantity.ts";

/** What only the API server sets: it is there after an import, and in what programs copy. */
const READ_ONLY = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];

/** Inputs in the form in which the API server gives them back, so that they compare equal. */
export function normalized(inputs: Manifest, builtIn: boolean): Manifest {
  const inForm = builtIn && !containsUnknown(inputs) ? asStored(inputs) : inputs;
  return READ_ONLY.reduce((rest, field) => withoutValue(rest, ["metadata", field]), inForm);
}

function asStored(inputs: Manifest): Manifest {
  if (isSecret(inputs)) {
    return secretAsStored(inputs);
  }
  if (isCustomResourceDefinition(inputs)) {
    const preserves = valueAt(inputs, "spec", "preserveUnknownFields");
    const definition = withoutValue(inputs, ["status"]);
    return preserves === false
      ? withoutValue(definition, ["spec", "preserveUnknownFields"])
      : definition;
  }
  return quantitiesAsStored(inputs) as Manifest;
}

/** The server keeps `stringData` as `data`, and writes base64 its own way. */
function secretAsStored({ stringData, ...inputs }: Manifest): Manifest {
  const data = mapped(mapOrEmpty(inputs["data"]), base64AsStored);
  const encoded = mapped(mapOrEmpty(stringData), (value) =>
    typeof value === "string" ? Buffer.from(value).toString("base64") : value,
  );
  return "data" in inputs || stringData !== undefined
    ? { ...inputs, data: { ...data, ...encoded } }
    : inputs;
}

function mapOrEmpty(value: PropertyValue = null): PropertyMap {
  return isMap(value) ? value : {};
}

function base64AsStored(value: PropertyValue): PropertyValue {
  return typeof value === "string" && /^[A-Za-z0-9+/\s]*=*\s*$/.test(value)
    ? Buffer.from(value, "base64").toString("base64")
    : value;
}

/** Maps whose values are quantities, and fields that are one. */
const QUANTITY_MAPS = new Set([
  "limits",
  "requests",
  "hard",
  "capacity",
  "overhead",
  "max",
  "min",
  "default",
  "defaultRequest",
  "maxLimitRequestRatio",
]);
const QUANTITIES = new Set(["sizeLimit", "divisor", "averageValue"]);

function quantitiesAsStored(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) {
    return value.map(quantitiesAsStored);
  }
  if (!isMap(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      if (QUANTITY_MAPS.has(name) && isMap(item)) {
        return [name, mapped(item, quantityAsStored)];
      }
      return [name, QUANTITIES.has(name) ? quantityAsStored(item) : quantitiesAsStored(item)];
    }),
  );
}

function quantityAsStored(value: PropertyValue): PropertyValue {
  return typeof value === "string" || typeof value === "number"
    ? canonicalQuantity(String(value))
    : value;
}

function mapped(map: PropertyMap, convert: (value: PropertyValue) => PropertyValue): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, convert(value)]));
}
