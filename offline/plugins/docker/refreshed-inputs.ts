import { equal, isMap, type PropertyMap, type PropertyValue } from "../property-value.ts";
import { DEFAULTS } from "./check.ts";
import { type Collection, type Field, isCollection, type Schema } from "./schema.ts";

/**
 * The inputs as they would have to be for the state that was found: those that the user gave, with
 * the values of the state. What the user did not give stays out, whatever its value is.
 */
export function refreshedInputs(
  schema: Schema,
  inputs: PropertyMap,
  state: PropertyMap,
): PropertyMap {
  const refreshed: PropertyMap = {};
  const changed = new Set<string>();
  for (const [name, given] of Object.entries(inputs)) {
    const found = state[name];
    if (name === DEFAULTS || found === undefined) {
      continue;
    }
    refreshed[name] = refreshedValue(schema[name], given, found);
    if (!equal(given, refreshed[name] ?? null)) {
      changed.add(name);
    }
  }
  const defaults = inputs[DEFAULTS];
  if (Array.isArray(defaults)) {
    // A default that has another value now is the user's business from here on.
    refreshed[DEFAULTS] = defaults.filter((name) => !changed.has(String(name)));
  }
  return refreshed;
}

function refreshedValue(
  field: Field | undefined,
  given: PropertyValue,
  found: PropertyValue,
): PropertyValue {
  if (field === undefined || !isCollection(field)) {
    return field?.normalize && found === field.normalize(String(given)) ? given : found;
  }
  const { element } = field;
  if (isMap(given) && isMap(found)) {
    return element === undefined ? onlyGiven(given, found) : refreshedInputs(element, given, found);
  }
  return Array.isArray(given) && Array.isArray(found)
    ? refreshedElements(field, given, found)
    : found;
}

function onlyGiven(given: PropertyMap, found: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(found).filter(([key]) => key in given));
}

function refreshedElements(
  { type, element }: Collection,
  given: PropertyValue[],
  found: PropertyValue[],
): PropertyValue[] {
  if (element === undefined) {
    return found.slice(0, given.length);
  }
  const places = type === "set" ? mostAlike(given, found) : given.map((_, i) => i);
  return given.flatMap((item, i) => {
    const match = found[places[i] ?? -1];
    return isMap(item) && isMap(match) ? [refreshedInputs(element, item, match)] : [];
  });
}

/** Pairs each given element with the found one that has most in common with it. */
function mostAlike(given: PropertyValue[], found: PropertyValue[]): (number | undefined)[] {
  const pairs = given.flatMap((item, i) =>
    found.map((other, j) => ({ i, j, score: likeness(item, other) })),
  );
  pairs.sort((a, b) => b.score - a.score);
  const places: (number | undefined)[] = given.map(() => undefined);
  const taken = new Set<number>();
  for (const { i, j } of pairs) {
    if (places[i] === undefined && !taken.has(j)) {
      places[i] = j;
      taken.add(j);
    }
  }
  return places;
}

function likeness(given: PropertyValue, found: PropertyValue): number {
  if (!isMap(given) || !isMap(found)) {
    return 0;
  }
  return Object.entries(given)
    .filter(([name]) => name in found)
    .reduce((score, [name, value]) => score + (equal(value, found[name] ?? null) ? 3 : 1), 0);
}
