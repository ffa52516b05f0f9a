import { isMap, UNKNOWN } from "../property-value.ts";
import { annotation, type Manifest, valueAt } from "./manifest.ts";

export const AUTONAMED = "pulumi.com/autonamed";

/** What programs may ask of the plugin by annotations. */
const SETTINGS = {
  skipAwait: "pulumi.com/skipAwait",
  waitFor: "pulumi.com/waitFor",
  timeoutSeconds: "pulumi.com/timeoutSeconds",
  replaceUnready: "pulumi.com/replaceUnready",
  patchForce: "pulumi.com/patchForce",
  deletionPropagationPolicy: "pulumi.com/deletionPropagationPolicy",
} as const;

export function isAutonamed(object: Manifest): boolean {
  return annotation(object, AUTONAMED) === "true";
}

export function isAsked(object: Manifest, setting: keyof typeof SETTINGS): boolean {
  return annotation(object, SETTINGS[setting]) === "true";
}

export function setting(object: Manifest, name: keyof typeof SETTINGS): string {
  return annotation(object, SETTINGS[name]);
}

/** Those that begin as the plugin's own, and that it does not have. */
export function unknownSettings(object: Manifest): string[] {
  const annotations = valueAt(object, "metadata", "annotations") ?? null;
  const known: ReadonlySet<string> = new Set([AUTONAMED, ...Object.values(SETTINGS)]);
  return isMap(annotations)
    ? Object.keys(annotations).filter((name) => name.startsWith("pulumi.com/") && !known.has(name))
    : [];
}

/** Whether annotations can be added, which is not so while all of them are unknown. */
export function areKnown(object: Manifest): boolean {
  return object["metadata"] !== UNKNOWN && valueAt(object, "metadata", "annotations") !== UNKNOWN;
}
