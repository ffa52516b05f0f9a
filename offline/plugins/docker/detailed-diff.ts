import { inside } from "../property-path.ts";
import {
  equal,
  isMap,
  type PropertyMap,
  type PropertyValue,
  UNKNOWN,
  unionOfKeys,
} from "../property-value.ts";
import type { ChangeKind } from "../provider.ts";
import { DEFAULTS } from "./check.ts";
import { identity } from "./plan.ts";
import { type Collection, type Field, isCollection, isEmpty, type Schema } from "./schema.ts";

/** A change, before it is known whether it replaces the resource. */
type Change = [path: string, kind: "add" | "delete" | "update"];

/** Where a plan differs from the state, in the way that the official bridge shows it. */
export function detailedDiff(
  schema: Schema,
  before: PropertyMap,
  planned: PropertyMap,
  inputs: PropertyMap,
): Map<string, ChangeKind> {
  const changes = new Map<string, ChangeKind>();
  for (const [name, field] of Object.entries(schema)) {
    const found = compare(name, field, before[name] ?? null, planned[name] ?? null, inputs[name]);
    for (const [path, kind] of found) {
      changes.set(path, field.forceNew ? `${kind}-replace` : kind);
    }
  }
  return changes;
}

function compare(
  path: string,
  field: Field,
  before: PropertyValue,
  after: PropertyValue,
  inputs: PropertyValue = null,
): Change[] {
  const old = isEmptyList(before) ? null : before;
  const planned = isEmptyList(after) ? null : after;
  if (old === null || planned === null || planned === UNKNOWN) {
    return compareWhole(path, old, planned);
  }
  if (!isCollection(field)) {
    return equal(old, planned) ? [] : [[path, "update"]];
  }
  if (field.type === "map") {
    return compareMembers(path, undefined, old as PropertyMap, planned as PropertyMap, inputs);
  }
  const { element } = field;
  if (field.single && element !== undefined) {
    return compareMembers(path, element, old as PropertyMap, planned as PropertyMap, inputs);
  }
  const lists = [old as PropertyValue[], planned as PropertyValue[]] as const;
  if (field.type === "set") {
    return compareSets(path, field, ...lists, Array.isArray(inputs) ? inputs : []);
  }
  return element === undefined
    ? compareStrings(path, ...lists)
    : compareElements(path, element, ...lists);
}

function isEmptyList(value: PropertyValue): boolean {
  return Array.isArray(value) && value.length === 0;
}

function compareWhole(path: string, before: PropertyValue, after: PropertyValue): Change[] {
  if (before === null) {
    return after === null ? [] : [[path, "add"]];
  }
  return [[path, after === null ? "delete" : "update"]];
}

function compareMembers(
  path: string,
  fields: Schema | undefined,
  before: PropertyMap,
  after: PropertyMap,
  inputs: PropertyValue,
): Change[] {
  return unionOfKeys(before, after).flatMap((name) =>
    compare(
      inside(path, name),
      fields?.[name] ?? { type: "string" },
      before[name] ?? null,
      after[name] ?? null,
      isMap(inputs) ? inputs[name] : null,
    ),
  );
}

function compareElements(
  path: string,
  element: Schema,
  before: PropertyValue[],
  after: PropertyValue[],
): Change[] {
  const length = Math.max(before.length, after.length);
  return Array.from({ length }, (_, i) => i).flatMap((i) =>
    compareElement(inside(path, i), element, before[i] ?? null, after[i] ?? null),
  );
}

function compareElement(
  path: string,
  element: Schema | undefined,
  before: PropertyValue,
  after: PropertyValue,
): Change[] {
  if (element === undefined || !isMap(before) || !isMap(after)) {
    return compare(path, { type: "string" }, before, after);
  }
  return compareMembers(path, element, before, after, null);
}

/** The shortest edit from one list to the other; what goes and comes at one place is an update. */
function compareStrings(path: string, before: PropertyValue[], after: PropertyValue[]): Change[] {
  const kept = longestCommonSubsequence(before, after);
  const keptBefore = new Set(kept.map(([i]) => i));
  const keptAfter = new Set(kept.map(([, j]) => j));
  const length = Math.max(before.length, after.length);
  return Array.from({ length }, (_, i): Change[] => {
    const goes = i < before.length && !keptBefore.has(i);
    const comes = i < after.length && !keptAfter.has(i);
    return goes || comes
      ? [[inside(path, i), goes && comes ? "update" : goes ? "delete" : "add"]]
      : [];
  }).flat();
}

function longestCommonSubsequence(a: PropertyValue[], b: PropertyValue[]): [number, number][] {
  const best: [number, number][][][] = Array.from({ length: a.length + 1 }, () => []);
  const at = (i: number, j: number) => best[i]?.[j] ?? [];
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const longer = at(i + 1, j).length >= at(i, j + 1).length ? at(i + 1, j) : at(i, j + 1);
      (best[i] as [number, number][][])[j] = a[i] === b[j] ? [[i, j], ...at(i + 1, j + 1)] : longer;
    }
  }
  return at(0, 0);
}

/**
 * Elements of a set have no places; the user knows them by the places they have in the program. An
 * element that cannot be found there, because upstream added to it, makes the whole set changed.
 */
function compareSets(
  path: string,
  { element }: Collection,
  before: PropertyValue[],
  after: PropertyValue[],
  inputs: PropertyValue[],
): Change[] {
  const removed = absentFrom(after, before);
  const added = absentFrom(before, after);
  const places = matchToInputs(added, after, inputs);
  if (places === undefined) {
    return [[path, "update"]];
  }
  const indices = [...new Set([...removed, ...places.keys()])].sort((a, b) => a - b);
  return indices.flatMap((i) =>
    compareElement(
      inside(path, i),
      element,
      removed.includes(i) ? (before[i] ?? null) : null,
      places.get(i) ?? null,
    ),
  );
}

function absentFrom(others: PropertyValue[], elements: PropertyValue[]): number[] {
  const identities = new Set(others.map(identity));
  return elements.flatMap((item, i) => (identities.has(identity(item)) ? [] : [i]));
}

function matchToInputs(
  added: readonly number[],
  planned: PropertyValue[],
  inputs: PropertyValue[],
): Map<number, PropertyValue> | undefined {
  const places = new Map<number, PropertyValue>();
  for (const index of added) {
    const item = planned[index] ?? null;
    const place = inputs.findIndex((input, i) => !places.has(i) && leadsTo(input, item));
    if (place < 0) {
      return undefined;
    }
    places.set(place, item);
  }
  return places;
}

function leadsTo(input: PropertyValue, planned: PropertyValue): boolean {
  if (!isMap(input) || !isMap(planned)) {
    return input === planned;
  }
  return unionOfKeys(input, planned)
    .filter((name) => name !== DEFAULTS)
    .every((name) => {
      const given = input[name] ?? null;
      const kept = planned[name] ?? null;
      return (
        given === kept ||
        equal(given, kept) ||
        (given === null && Array.isArray(kept) && isEmpty(kept))
      );
    });
}
