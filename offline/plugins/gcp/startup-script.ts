import { isMap } from "../property-value.ts";
import type { Change } from "../simulated/schema.ts";

/**
 * Another `metadataStartupScript` needs a new instance, whereas `metadata["startup-script"]` can
 * change in place. To move the same script from the one to the other is no replacement.
 */
export function replacesScript({ before, after, oldInputs, inputs }: Change): boolean {
  const scriptIn = (metadata: unknown) =>
    isMap(metadata as null) ? (metadata as Record<string, unknown>)["startup-script"] : undefined;
  const movedHere = before === null && after === scriptIn(oldInputs["metadata"]);
  const movedAway = after === null && before === scriptIn(inputs["metadata"]);
  return !movedHere && !movedAway;
}
