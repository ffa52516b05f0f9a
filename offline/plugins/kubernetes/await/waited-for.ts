import { type Manifest, numberAt, objectsAt, textAt, valueAt } from "../manifest.ts";
import type { Awaited } from "./awaited.ts";

type Condition = (live: Manifest) => boolean;

/** What the program says to wait for: one condition, or a JSON list of several. */
export function waitedFor(annotation: string): Awaited {
  const conditions = listOf(annotation).map(conditionOf);
  return {
    isRead: false,
    look: async (object, objects) => {
      const live = await objects.get(object);
      const unmet = conditions.find(({ isMet }) => !isMet(live));
      const status = `Waiting for ${unmet?.text ?? annotation}`;
      return { isReady: unmet === undefined, live, status, problems: [status] };
    },
  };
}

function listOf(annotation: string): string[] {
  if (!annotation.startsWith("[")) {
    return [annotation];
  }
  const list: unknown = JSON.parse(annotation);
  if (!Array.isArray(list) || list.length === 0) {
    throw new Error("at least one condition must be specified");
  }
  return list.map(String);
}

function conditionOf(text: string): { readonly text: string; readonly isMet: Condition } {
  const [, type, status = "True"] = /^condition=([^=]+)(?:=(.+))?$/.exec(text) ?? [];
  if (type !== undefined) {
    return { text, isMet: (live) => hasCondition(live, type, status) };
  }
  const [, path, value] = /^jsonpath=\{((?:\.\w+)+)\}(?:=(.+))?$/.exec(text) ?? [];
  if (path !== undefined) {
    return { text, isMet: (live) => hasValue(live, path.split(".").slice(1), value) };
  }
  throw new Error(
    `expected "condition=TYPE", "condition=TYPE=STATUS" or "jsonpath={.a.b}=VALUE" in the ` +
      `annotation pulumi.com/waitFor, got ${JSON.stringify(text)}; the stand-in for the ` +
      "kubernetes plugin knows no other paths",
  );
}

function hasCondition(live: Manifest, type: string, status: string): boolean {
  const condition = objectsAt(live, "status", "conditions").find((item) => {
    return textAt(item, "type").toLowerCase() === type.toLowerCase();
  });
  return (
    condition !== undefined &&
    isCurrent(live, numberAt(condition, "observedGeneration")) &&
    textAt(condition, "status").toLowerCase() === status.toLowerCase()
  );
}

function hasValue(live: Manifest, path: string[], value: string | undefined): boolean {
  const found = valueAt(live, ...path);
  return (
    isCurrent(live, undefined) &&
    found !== undefined &&
    (value === undefined || String(found) === value)
  );
}

/** A controller may speak of the object as it was before the update. */
function isCurrent(live: Manifest, observed: number | undefined): boolean {
  const seen = observed ?? numberAt(live, "status", "observedGeneration");
  return seen === undefined || seen >= (numberAt(live, "metadata", "generation") ?? 0);
}
