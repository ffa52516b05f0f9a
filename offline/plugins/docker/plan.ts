import {
  containsUnknown,
  equal,
  isMap,
  type PropertyMap,
  type PropertyValue,
  UNKNOWN,
} from "../property-value.ts";
import {
  type Collection,
  type Field,
  isCollection,
  isEmpty,
  type Scalar,
  type Schema,
} from "./schema.ts";

/**
 * The state that inputs lead to, as the upstream SDK plans it; `before` is undefined for a creation.
 * Where nothing changes, the plan has the value that the state has, but for the order of a set.
 */
export function plan(
  schema: Schema,
  before: PropertyMap | undefined,
  inputs: PropertyMap,
): PropertyMap {
  return Object.fromEntries(
    Object.entries(schema).map(([name, field]) => [
      name,
      before === undefined
        ? planField(field, null, inputs[name] ?? null, true)
        : planField(field, before[name] ?? null, inputs[name] ?? null, false),
    ]),
  );
}

/** What is known when all is done: upstream has read nothing into what is still unknown then. */
export function settled(schema: Schema, planned: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(schema).map(([name, field]) => [
      name,
      settledValue(field, planned[name] ?? null),
    ]),
  );
}

function settledValue(field: Field, value: PropertyValue): PropertyValue {
  if (value === UNKNOWN) {
    return field.type === "set" && !field.single ? [] : null;
  }
  const element = isCollection(field) ? field.element : undefined;
  return element !== undefined && Array.isArray(value)
    ? value.map((item) => withoutGaps(element, item, UNKNOWN))
    : value;
}

function zero(type: Field["type"]): PropertyValue {
  switch (type) {
    case "int":
      return 0;
    case "bool":
      return false;
    case "string":
      return "";
    case "map":
      return {};
    default:
      return [];
  }
}

/** An element with zero for each property that has no value, or is as yet unknown. */
function withoutGaps(
  element: Schema,
  item: PropertyValue,
  gap: null | typeof UNKNOWN,
): PropertyValue {
  if (!isMap(item)) {
    return item;
  }
  return Object.fromEntries(
    Object.entries(element).map(([name, { type }]): [string, PropertyValue] => {
      const value = item[name] ?? null;
      return [name, value === gap ? zero(type) : value];
    }),
  );
}

/** The state after an operation: what was read, where that does not contradict the plan. */
export function applied(schema: Schema, planned: PropertyMap, read: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(schema).map(([name, field]) => {
      const wanted = planned[name] ?? null;
      const found = read[name];
      if (found === undefined) {
        return [name, settledValue(field, wanted)];
      }
      return [name, prefersPlan(field, wanted, found) ? wanted : found];
    }),
  );
}

/** The SDK takes a set for applied as planned, and does not tell null from empty. */
function prefersPlan(field: Field, wanted: PropertyValue, found: PropertyValue): boolean {
  if (!isCollection(field) || containsUnknown(wanted)) {
    return false;
  }
  return (field.type === "set" && wanted !== null) || (isEmpty(wanted) && isEmpty(found));
}

function planField(
  field: Field,
  before: PropertyValue,
  wanted: PropertyValue,
  creating: boolean,
): PropertyValue {
  if (!creating && field.sameAs?.(before, wanted)) {
    return before;
  }
  const after = wanted ?? defaultOf(field);
  if (after === null) {
    return withoutValue(field, before, creating);
  }
  if (after === UNKNOWN) {
    // Upstream overlooks that a set with elements becomes unknown, if the engine may set it too.
    const overlooked = field.type === "set" && field.computed && !isEmpty(before);
    return overlooked ? before : UNKNOWN;
  }
  return isCollection(field)
    ? planCollection(field, before, after, creating)
    : planScalar(field, before, after, creating);
}

function defaultOf(field: Field): PropertyValue {
  return isCollection(field) ? null : (field.default ?? null);
}

function withoutValue(field: Field, before: PropertyValue, creating: boolean): PropertyValue {
  if (field.computed) {
    // A list that was never read counts as still to be computed, even long after the creation.
    const neverRead = field.type === "list" && !field.single && before === null;
    return creating || neverRead ? UNKNOWN : before;
  }
  if (!creating && isEmpty(before)) {
    return before;
  }
  if (field.type === "map") {
    return creating ? null : {};
  }
  return isCollection(field) && field.element !== undefined && !field.single ? [] : null;
}

function planScalar(
  field: Scalar,
  before: PropertyValue,
  wanted: PropertyValue,
  creating: boolean,
): PropertyValue {
  const after = typeof wanted === "string" ? (field.normalize?.(wanted) ?? wanted) : wanted;
  if (field.computed && after === "") {
    return creating ? UNKNOWN : before;
  }
  const same = equal(before, after) || (!creating && isEmpty(before) && isEmpty(after));
  return same ? before : after;
}

function planCollection(
  field: Collection,
  before: PropertyValue,
  wanted: PropertyValue,
  creating: boolean,
): PropertyValue {
  const after = planElements(field, before, wanted);
  if (after === UNKNOWN) {
    return UNKNOWN;
  }
  if (creating) {
    return after;
  }
  // No elements are none given, for objects that the engine may set too.
  const ignored = field.computed && field.element !== undefined && isEmpty(after);
  const same = ignored || (isEmpty(before) && isEmpty(after)) || equal(before, after);
  return same ? before : after;
}

function planElements(
  field: Collection,
  before: PropertyValue,
  wanted: PropertyValue,
): PropertyValue {
  const { element } = field;
  if (element === undefined) {
    return containsUnknown(wanted) ? UNKNOWN : planStrings(field, wanted);
  }
  if (field.single) {
    return field.type === "set" ? inFull(element, wanted) : planElement(element, before, wanted);
  }
  const items = Array.isArray(wanted) ? wanted : [];
  if (field.type === "set") {
    return items.map((item) => inFull(element, item)).sort(byIdentity);
  }
  const old = Array.isArray(before) ? before : [];
  return items.map((item, i) => planElement(element, old[i] ?? null, item));
}

function planStrings(field: Collection, wanted: PropertyValue): PropertyValue {
  if (isMap(wanted)) {
    return Object.fromEntries(
      Object.entries(wanted).map(([key, value]) => [key, String(value ?? "")]),
    );
  }
  const strings = wanted as string[];
  return field.type === "set" ? [...new Set(strings)].sort() : strings;
}

function planElement(element: Schema, before: PropertyValue, wanted: PropertyValue): PropertyValue {
  return isMap(wanted) ? plan(element, isMap(before) ? before : undefined, wanted) : wanted;
}

/** An element of a set as upstream keeps it: with all its properties, strings being "" if absent. */
function inFull(element: Schema, wanted: PropertyValue): PropertyValue {
  if (!isMap(wanted)) {
    return wanted;
  }
  return Object.fromEntries(
    Object.entries(element).map(([name, field]): [string, PropertyValue] => {
      const value = wanted[name] ?? defaultOf(field);
      if (value === null) {
        return [name, isCollection(field) ? [] : field.type === "string" ? "" : null];
      }
      return [name, planField(field, null, value, true)];
    }),
  );
}

/** What makes an element of a set the element it is; zero and absent are the same here too. */
export function identity(value: PropertyValue): string {
  if (Array.isArray(value)) {
    return JSON.stringify(value.map(identity).sort());
  }
  if (isMap(value)) {
    const present = Object.entries(value).filter(([, item]) => !isEmpty(item));
    return JSON.stringify(present.map(([name, item]) => [name, identity(item)]).sort());
  }
  return value === UNKNOWN ? "unknown" : JSON.stringify(value);
}

function byIdentity(a: PropertyValue, b: PropertyValue): number {
  return identity(a) < identity(b) ? -1 : 1;
}

/** The state as the SDK has it in hand: in the elements of sets, nothing is without a value. */
export function inHand(schema: Schema, state: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(schema).map(([name, field]) => {
      const value = state[name] ?? null;
      const element = isCollection(field) && field.type === "set" ? field.element : undefined;
      return [
        name,
        element !== undefined && Array.isArray(value)
          ? value.map((item) => withoutGaps(element, item, null))
          : value,
      ];
    }),
  );
}
