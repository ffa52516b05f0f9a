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

type Step = string | number;

/**
 * Where inputs differ from what is live, and which of it needs a new object. An unknown value may
 * differ.
 */
export function difference(
  live: PropertyMap,
  inputs: PropertyMap,
  fixed: readonly string[],
): Map<string, ChangeKind> {
  const changes = new Map<string, ChangeKind>();
  const patterns = fixed.map((path) => path.split("."));
  compareMaps([], live, inputs, (steps, kind, value) => {
    const path = steps.reduce<string>(inside, "");
    const replaces = patterns.some((pattern) => touches(steps, value, pattern));
    changes.set(path, replaces ? `${kind}-replace` : kind);
  });
  return changes;
}

type Note = (steps: Step[], kind: "add" | "delete" | "update", value: PropertyValue) => void;

function compareMaps(steps: Step[], before: PropertyMap, after: PropertyMap, note: Note): void {
  for (const key of unionOfKeys(before, after)) {
    compare([...steps, key], before[key], after[key], note);
  }
}

function compare(
  steps: Step[],
  before: PropertyValue = null,
  after: PropertyValue = null,
  note: Note,
): void {
  if (before === null || after === null) {
    if (before !== after) {
      note(steps, before === null ? "add" : "delete", after);
    }
  } else if (isMap(before) && isMap(after)) {
    compareMaps(steps, before, after, note);
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (let i = 0; i < Math.max(before.length, after.length); i++) {
      compare([...steps, i], before[i], after[i], note);
    }
  } else if (after === UNKNOWN || !equal(before, after)) {
    note(steps, "update", after);
  }
}

/** Whether a changed path is inside of a fixed one, or its new value has something fixed in it. */
function touches(
  steps: readonly Step[],
  value: PropertyValue,
  pattern: readonly string[],
): boolean {
  const common = Math.min(steps.length, pattern.length);
  for (let i = 0; i < common; i++) {
    if (pattern[i] !== "*" && pattern[i] !== steps[i]) {
      return false;
    }
  }
  return has(value, pattern.slice(steps.length));
}

function has(value: PropertyValue, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) {
    return true;
  }
  if (step === "*") {
    return Array.isArray(value) && value.some((item) => has(item, rest));
  }
  return isMap(value) && step in value && has(value[step] ?? null, rest);
}
