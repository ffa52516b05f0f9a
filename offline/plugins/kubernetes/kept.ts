import { equal, isMap, type PropertyMap, type PropertyValue } from "../property-value.ts";

/**
 * Inputs without what the API server did not keep when it was given the same before: it drops
 * `tty: false` or an empty list, and then they would be new for ever.
 */
export function kept(inputs: PropertyMap, before: PropertyMap, live: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([name, value]) => {
        const wasDropped = !(name in live) && name in before && equal(value, before[name] ?? null);
        return !(wasDropped && isEmpty(value));
      })
      .map(([name, value]) => [name, keptValue(value, before[name] ?? null, live[name] ?? null)]),
  );
}

/** Of what was found, with the empty values that inputs had and the server did not keep. */
export function withEmpties(found: PropertyMap, inputs: PropertyMap): PropertyMap {
  const dropped = Object.entries(inputs).filter(
    ([name, value]) => !(name in found) && isEmpty(value),
  );
  return {
    ...Object.fromEntries(
      Object.entries(found).map(([name, value]) => [
        name,
        withEmptyValues(value, inputs[name] ?? null),
      ]),
    ),
    ...Object.fromEntries(dropped),
  };
}

function withEmptyValues(found: PropertyValue, input: PropertyValue): PropertyValue {
  if (isMap(found) && isMap(input)) {
    return withEmpties(found, input);
  }
  return Array.isArray(found) && Array.isArray(input)
    ? found.map((item, i) => withEmptyValues(item, input[i] ?? null))
    : found;
}

function keptValue(
  value: PropertyValue,
  before: PropertyValue,
  live: PropertyValue,
): PropertyValue {
  if (isMap(value) && isMap(before) && isMap(live)) {
    return kept(value, before, live);
  }
  if (Array.isArray(value) && Array.isArray(before) && Array.isArray(live)) {
    return value.map((item, i) => keptValue(item, before[i] ?? null, live[i] ?? null));
  }
  return value;
}

function isEmpty(value: PropertyValue): boolean {
  return (
    value === null ||
    value === "" ||
    value === 0 ||
    value === false ||
    (Array.isArray(value) && value.length === 0) ||
    (isMap(value) && Object.values(value).every(isEmpty))
  );
}
