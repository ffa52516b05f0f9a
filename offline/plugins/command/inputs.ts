import { inside } from "../property-path.ts";
import { type PropertyMap, type PropertyValue, Secret, UNKNOWN } from "../property-value.ts";
import type { CheckFailure } from "../provider.ts";

/** The inputs of a command, by the names that the official plugin has for their types. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ["triggers", "[]interface {}"],
  ["create", "string"],
  ["update", "string"],
  ["delete", "string"],
  ["stdin", "string"],
  ["logging", "local.Logging"],
  ["interpreter", "[]string"],
  ["dir", "string"],
  ["environment", "map[string]string"],
  ["addPreviousOutputInEnv", "bool"],
]);

export const INPUT_NAMES: readonly string[] = [...TYPES.keys()];

/** Official inputs that this plugin leaves out, so that using one is an error and no surprise. */
const LEFT_OUT: ReadonlySet<string> = new Set(["assetPaths", "archivePaths"]);

export interface CommandInputs {
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
  readonly stdin?: string;
  readonly logging?: string;
  readonly interpreter?: readonly string[];
  readonly dir?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly addPreviousOutputInEnv?: boolean;
}

export function inputFailures(inputs: PropertyMap): CheckFailure[] {
  const known = [...TYPES].flatMap(([name, type]) =>
    typeFailures(name, type, inputs[name] ?? null),
  );
  const others = Object.keys(inputs)
    .filter((name) => !TYPES.has(name))
    .sort()
    .map((property) => ({
      property,
      reason: LEFT_OUT.has(property)
        ? `The stand-in for the command plugin does not have '${property}'`
        : `Unrecognized field '${property}' on 'local.CommandInputs'`,
    }));
  return [...known, ...others];
}

function typeFailures(property: string, type: string, value: PropertyValue): CheckFailure[] {
  if (value instanceof Secret) {
    return typeFailures(property, type, value.element);
  }
  if (value === null || value === UNKNOWN) {
    return [];
  }
  const actual = typeName(value);
  switch (type) {
    case "[]interface {}":
      return actual === type ? [] : [mismatch(property, type, actual)];
    case "[]string":
      return Array.isArray(value)
        ? value.flatMap((item, i) => typeFailures(inside(property, i), "string", item))
        : [mismatch(property, type, actual)];
    case "map[string]string":
      return actual === "map[string]interface {}"
        ? Object.entries(value as PropertyMap).flatMap(([key, item]) =>
            typeFailures(`${property}[${key}] value`, "string", item),
          )
        : [mismatch(property, type, actual)];
    case "local.Logging":
      return actual === "string" ? [] : [mismatch(property, type, actual)];
    default:
      return actual === type ? [] : [mismatch(property, type, actual)];
  }
}

function mismatch(property: string, expected: string, actual: string): CheckFailure {
  return {
    property,
    reason: `Field '${property}' on 'local.CommandInputs' must be a '${expected}'; got '${actual}' instead`,
  };
}

function typeName(value: PropertyValue): string {
  if (Array.isArray(value)) {
    return "[]interface {}";
  }
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "number":
      return "float64";
    default:
      return "map[string]interface {}";
  }
}
