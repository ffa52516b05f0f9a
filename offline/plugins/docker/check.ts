import { autoName } from "../auto-name.ts";
import { inside } from "../property-path.ts";
import {
  isMap,
  type PropertyMap,
  type PropertyValue,
  UNKNOWN,
  withoutNulls,
} from "../property-value.ts";
import type { Checked, CheckFailure, CheckRequest } from "../provider.ts";
import { type Collection, type Field, isCollection, type Scalar, type Schema } from "./schema.ts";

/** The names of the inputs that are defaults, kept beside them so that they may change later. */
export const DEFAULTS = "__defaults";

/** Brings inputs into the form that the schema asks for, and says what is wrong with them. */
export function check(schema: Schema, request: CheckRequest): Checked {
  const failures: CheckFailure[] = [];
  const inputs = checkObject(schema, withoutNulls(request.inputs), {
    path: "",
    upstreamPath: "",
    report: (path, problem) =>
      failures.push({
        property: "",
        reason: `${problem}. Examine values at '${request.name}.${path}'.`,
      }),
    stepInto: inside,
  });
  return { inputs: named(schema, inputs, request), failures };
}

/** Where a value is, for the messages about it. */
interface Place {
  readonly path: string;
  readonly upstreamPath: string;
  readonly report: (path: string, problem: string) => void;
  readonly stepInto: (path: string, step: string | number) => string;
}

function named(schema: Schema, inputs: PropertyMap, request: CheckRequest): PropertyMap {
  const field = schema["name"];
  if (field === undefined || isCollection(field) || !field.autoNamed || "name" in inputs) {
    return inputs;
  }
  const defaults = [...(inputs[DEFAULTS] as string[]), "name"].sort();
  return { ...inputs, name: autoName(request), [DEFAULTS]: defaults };
}

function checkObject(schema: Schema, inputs: PropertyMap, place: Place): PropertyMap {
  const given: PropertyMap = {};
  for (const [name, value] of Object.entries(inputs)) {
    if (name === DEFAULTS) {
      continue;
    }
    const field = schema[name];
    const path = place.stepInto(place.path, name);
    if (field === undefined || field.output) {
      place.report(path, "Invalid or unknown key");
      given[name] = value;
    } else {
      given[name] = checkValue(field, value, { ...place, path, upstreamPath: within(place, name) });
    }
  }
  const defaults: PropertyMap = {};
  for (const [name, field] of Object.entries(schema)) {
    if (name in given) {
      continue;
    }
    if (field.required && !("autoNamed" in field && field.autoNamed)) {
      place.report(
        place.stepInto(place.path, name),
        `Missing required argument. The argument "${within(place, name)}" is required, ` +
          "but no definition was found.",
      );
    }
    // A default that is false, 0 or empty is what upstream takes an absent value for anyway.
    if ("default" in field && field.default) {
      defaults[name] = field.default;
    }
  }
  return { ...given, ...defaults, [DEFAULTS]: Object.keys(defaults).sort() };
}

function checkValue(field: Field, value: PropertyValue, place: Place): PropertyValue {
  if (value === UNKNOWN) {
    return value;
  }
  return isCollection(field)
    ? checkCollection(field, value, place)
    : checkScalar(field, value, place);
}

function checkScalar(field: Scalar, value: PropertyValue, place: Place): PropertyValue {
  const scalar = converted(field, value);
  if (scalar === undefined) {
    place.report(place.path, mismatch(field, value));
    return value;
  }
  const problem = typeof scalar === "boolean" ? undefined : field.validate?.(scalar);
  if (problem !== undefined) {
    // Upstream says everything twice, as a summary and as the details.
    place.report(place.path, `${problem}. ${problem}`);
  }
  return scalar;
}

function mismatch({ type }: Scalar, value: PropertyValue): string {
  const shown = JSON.stringify(value);
  return type === "bool" && typeof value === "string"
    ? `cannot parse '' as bool: strconv.ParseBool: parsing ${shown}: invalid syntax`
    : `expected type '${type}', got '${shown}'`;
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "TRUE", "true", "True"].map((text): [string, boolean] => [text, true]),
  ...["0", "f", "F", "FALSE", "false", "False"].map((text): [string, boolean] => [text, false]),
]);

/** Upstream takes a number or a boolean for a string, and the other way round where it can. */
function converted(field: Scalar, value: PropertyValue): string | number | boolean | undefined {
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    return undefined;
  }
  switch (field.type) {
    case "string":
      return String(value);
    case "int":
      return typeof value === "number"
        ? Math.trunc(value)
        : /^[+-]?\d+$/.test(String(value))
          ? Number(value)
          : undefined;
    default:
      return typeof value === "boolean" ? value : BOOLEANS.get(String(value));
  }
}

function checkCollection(field: Collection, value: PropertyValue, place: Place): PropertyValue {
  const { element } = field;
  if (field.type === "map") {
    if (!isMap(value)) {
      place.report(place.path, "Attribute must be a map");
    }
    return value;
  }
  if (field.single && element !== undefined) {
    const only: PropertyValue = Array.isArray(value) ? (value[0] ?? null) : value;
    return checkElement(element, only, field.type === "set" ? atSet(place) : place);
  }
  const items: PropertyValue[] = Array.isArray(value) ? value : [value];
  return items.map((item, i) => {
    const at =
      field.type === "set" ? atSet(place) : { ...place, path: place.stepInto(place.path, i) };
    const upstreamPath = `${field.upstreamName ?? place.upstreamPath}.${i}`;
    return element === undefined
      ? checkValue({ type: "string" }, item, at)
      : checkElement(element, item, { ...at, upstreamPath });
  });
}

function checkElement(element: Schema, value: PropertyValue, place: Place): PropertyValue {
  if (value === UNKNOWN) {
    return value;
  }
  if (!isMap(value)) {
    place.report(place.path, `expected an object, got '${JSON.stringify(value)}'`);
    return value;
  }
  return checkObject(element, value, place);
}

/** The elements of a set have no place of their own, so messages name the set. */
function atSet(place: Place): Place {
  return { ...place, stepInto: () => place.path };
}

function within({ upstreamPath }: Place, name: string): string {
  return upstreamPath === "" ? name : `${upstreamPath}.${name}`;
}
