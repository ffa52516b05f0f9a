import { inside } from "../property-path.ts";
import {
  isMap,
  type PropertyMap,
  type PropertyValue,
  UNKNOWN,
  withoutNulls,
  withoutSecrets,
} from "../property-value.ts";
import type { Checked, CheckFailure, CheckRequest } from "../provider.ts";
import { madeUpName } from "./auto-name.ts";
import { DEFAULTS } from "./defaults.ts";
import type { Field, Items, Scalar, Schema } from "./schema.ts";

/** Says where something is wrong, and what. */
type Report = (path: string, problem: string) => void;

/** Fills in defaults and names, and says what of the inputs the cloud would not take. */
export function check(schema: Schema, request: CheckRequest): Checked {
  const failures: CheckFailure[] = [];
  const report: Report = (path, problem) =>
    failures.push({
      property: "",
      reason: `${problem}. Examine values at '${request.name}.${path}'.`,
    });
  const given = withoutNulls(withoutSecrets(request.inputs) as PropertyMap);
  const names = madeUpNames(schema, given, request);
  const checked = checkObject(schema, "", { ...given, ...names }, report);
  const defaults = [...(checked[DEFAULTS] as string[]), ...Object.keys(names)].sort();
  return { inputs: { ...checked, [DEFAULTS]: defaults }, failures };
}

function madeUpNames(schema: Schema, given: PropertyMap, request: CheckRequest): PropertyMap {
  const names: PropertyMap = {};
  for (const [property, field] of Object.entries(schema)) {
    if ("autoNamed" in field && field.autoNamed !== undefined && !(property in given)) {
      names[property] = madeUpName(property, field.autoNamed, request);
    }
  }
  return names;
}

function checkObject(
  schema: Schema,
  path: string,
  inputs: PropertyMap,
  report: Report,
): PropertyMap {
  const given: PropertyMap = {};
  for (const [name, value] of Object.entries(inputs)) {
    if (name === DEFAULTS) {
      continue;
    }
    const field = schema[name];
    const at = inside(path, name);
    if (field === undefined || field.output) {
      report(at, "Invalid or unknown key");
    } else {
      given[name] = checkValue(field, at, value, report);
    }
  }
  for (const [name, field] of Object.entries(schema)) {
    if (field.required && !(name in given)) {
      report(
        inside(path, name),
        `Missing required argument. The argument "${name}" is required, but no definition was found`,
      );
    }
  }
  const defaults = defaultsBeside(schema, given);
  return { ...given, ...defaults, [DEFAULTS]: Object.keys(defaults).sort() };
}

/** A default that is false or 0 is left out by the official plugins too. */
function defaultsBeside(schema: Schema, given: PropertyMap): PropertyMap {
  const defaults: PropertyMap = {};
  for (const [name, field] of Object.entries(schema)) {
    if (!("default" in field) || !field.default || name in given) {
      continue;
    }
    if (!field.conflictsWith?.some((other) => other in given)) {
      defaults[name] = field.default;
    }
  }
  return defaults;
}

function checkValue(
  field: Field,
  path: string,
  value: PropertyValue,
  report: Report,
): PropertyValue {
  if (value === UNKNOWN) {
    return value;
  }
  switch (field.type) {
    case "object":
      return checkNested(field.of, path, value, report);
    case "map":
      return checkTexts(path, value, report);
    case "list":
    case "set":
      return checkItems(field, path, value, report);
    default:
      return checkScalar(field, path, value, report);
  }
}

function checkNested(
  schema: Schema,
  path: string,
  value: PropertyValue,
  report: Report,
): PropertyValue {
  if (value === UNKNOWN) {
    return value;
  }
  if (!isMap(value)) {
    report(path, `expected an object, got '${JSON.stringify(value)}'`);
    return value;
  }
  return checkObject(schema, path, value, report);
}

function checkTexts(path: string, value: PropertyValue, report: Report): PropertyValue {
  if (!isMap(value)) {
    report(path, `expected a map, got '${JSON.stringify(value)}'`);
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, text]) => [
      key,
      checkValue({ type: "string" }, inside(path, key), text, report),
    ]),
  );
}

function checkItems(
  { of }: Items,
  path: string,
  value: PropertyValue,
  report: Report,
): PropertyValue {
  if (!Array.isArray(value)) {
    report(path, `expected a list, got '${JSON.stringify(value)}'`);
    return value;
  }
  return value.map((item, i) =>
    typeof of === "string"
      ? checkValue({ type: of }, inside(path, i), item, report)
      : checkNested(of, inside(path, i), item, report),
  );
}

function checkScalar(
  field: Scalar,
  path: string,
  value: PropertyValue,
  report: Report,
): PropertyValue {
  const scalar = converted(field.type, value);
  if (scalar === undefined) {
    report(path, `expected type '${field.type}', got '${JSON.stringify(value)}'`);
    return value;
  }
  const { oneOf, pattern } = field;
  if (oneOf !== undefined && !oneOf.includes(String(scalar))) {
    report(path, `expected one of ${oneOf.join(", ")}, got ${scalar}`);
  }
  if (pattern !== undefined && !pattern.test(String(scalar))) {
    report(path, `'${scalar}' doesn't match the pattern '${pattern.source}'`);
  }
  return scalar;
}

/** The official plugins take a number for a string and the other way round: ids are both. */
function converted(
  type: Scalar["type"],
  value: PropertyValue,
): string | number | boolean | undefined {
  switch (type) {
    case "string":
      return isScalar(value) ? String(value) : undefined;
    case "bool":
      return value === true || value === "true"
        ? true
        : value === false || value === "false"
          ? false
          : undefined;
    default: {
      const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
      const fits = type === "int" ? Number.isInteger(number) : Number.isFinite(number);
      return fits ? (number as number) : undefined;
    }
  }
}

function isScalar(value: PropertyValue): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
