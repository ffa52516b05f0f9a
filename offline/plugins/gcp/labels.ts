import { isMap, type PropertyMap } from "../property-value.ts";
import type { Thing } from "../simulated/kind.ts";
import { hexDigits } from "../simulated/made-up.ts";
import type { Schema } from "../simulated/schema.ts";

export const LABELS: Schema = {
  labels: { type: "map" },
  effectiveLabels: { type: "map", output: true, secret: true },
  pulumiLabels: { type: "map", output: true, secret: true },
  labelFingerprint: { type: "string", output: true },
};

/** The official plugin adds a label of its own, and holds them all for secrets. */
export function labels(thing: Thing, property = "labels"): PropertyMap {
  const given = thing.inputs[property];
  const all = { ...(isMap(given) ? given : {}), "goog-pulumi-provisioned": "true" };
  return {
    effectiveLabels: all,
    pulumiLabels: all,
    labelFingerprint: hexDigits(thing, `labels ${JSON.stringify(all)}`, 12),
  };
}
