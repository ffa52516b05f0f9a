import { isMap, type PropertyMap, type PropertyValue } from "../property-value.ts";
import { type Manifest, objectsAt, valueAt } from "./manifest.ts";

/** Under this name objects are created, and were updated before the server could apply. */
export const CREATOR = "pulumi-kubernetes";

/** Those whose fields become ours: earlier ways of managing the same object. */
const PREDECESSORS = new Set([
  "Apply kubectl",
  "Update kubectl",
  "Update before-first-apply",
  `Update ${CREATOR}`,
]);

/**
 * The entries that say who manages what, after `manager` took over from its predecessors; nothing
 * if there is no such.
 */
export function takenOver(live: Manifest, manager: string): Manifest[] | undefined {
  const entries = objectsAt(live, "metadata", "managedFields");
  const isOurs = (entry: Manifest) =>
    PREDECESSORS.has(`${String(entry["operation"])} ${String(entry["manager"])}`) &&
    entry["subresource"] === undefined;
  const isManager = (entry: Manifest) =>
    entry["operation"] === "Apply" && entry["manager"] === manager;
  const merged = entries.filter((entry) => isOurs(entry) || isManager(entry));
  const [first] = merged;
  if (first === undefined || !merged.some(isOurs)) {
    return undefined;
  }
  const fields = merged.map((entry) => entry["fieldsV1"] ?? {}).reduce<PropertyValue>(union, {});
  const others = entries.filter((entry) => !merged.includes(entry));
  return [{ ...first, manager, operation: "Apply", fieldsV1: fields }, ...others];
}

/** Whether the object was created by the plugin and not applied since. */
export function isNewlyCreated(live: Manifest): boolean {
  return objectsAt(live, "metadata", "managedFields").some(
    (entry) => entry["manager"] === CREATOR && entry["operation"] === "Update",
  );
}

/** Whether somebody else manages the field, and the manager does not. */
export function isOfOthers(live: Manifest, manager: string, path: readonly string[]): boolean {
  const owners = objectsAt(live, "metadata", "managedFields")
    .filter(({ fieldsV1 }) => owns(fieldsV1 ?? null, path))
    .map((entry) => entry["manager"]);
  return owners.length > 0 && !owners.includes(manager);
}

function owns(fields: PropertyValue, path: readonly string[]): boolean {
  return isMap(fields) && valueAt(fields, ...path.map((step) => `f:${step}`)) !== undefined;
}

function union(a: PropertyValue, b: PropertyValue): PropertyValue {
  if (!isMap(a) || !isMap(b)) {
    return b;
  }
  const both: PropertyMap = { ...a };
  for (const [name, value] of Object.entries(b)) {
    both[name] = name in both ? union(both[name] ?? {}, value) : value;
  }
  return both;
}
