import { inside } from "../property-path.ts";
import {
  equal,
  isMap,
  type PropertyMap,
  type PropertyValue,
  unionOfKeys,
} from "../property-value.ts";
import type { ChangeKind } from "../provider.ts";

/** Every place where two sets of inputs differ, as deep as maps and lists go. */
export function objectDiff(
  before: PropertyMap,
  after: PropertyMap,
): Map<string, "add" | "delete" | "update"> {
  const changes = new Map<string, Exclude<ChangeKind, `${string}-replace`>>();
  compareMaps("", before, after, changes);
  return changes;
}

type Changes = Map<string, "add" | "delete" | "update">;

function compareMaps(path: string, before: PropertyMap, after: PropertyMap, to: Changes): void {
  for (const key of unionOfKeys(before, after)) {
    compare(inside(path, key), before[key], after[key], to);
  }
}

function compare(
  path: string,
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  to: Changes,
): void {
  if (before === undefined || after === undefined) {
    if (before !== after) {
      to.set(path, before === undefined ? "add" : "delete");
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (let i = 0; i < Math.max(before.length, after.length); i++) {
      compare(inside(path, i), before[i], after[i], to);
    }
  } else if (isMap(before) && isMap(after)) {
    compareMaps(path, before, after, to);
  } else if (!equal(before, after)) {
    to.set(path, "update");
  }
}
