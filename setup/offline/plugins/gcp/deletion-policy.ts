import type { PropertyMap } from "../property-value.ts";
import type { Scalar } from "../simulated/schema.ts";

/** What is abandoned, and what is deleted, is the same here: gone from the state. */
export const DELETION_POLICY = {
  type: "string",
  computed: true,
  oneOf: ["DELETE", "ABANDON"],
} as const satisfies Scalar;

export function deletionPolicy(inputs: PropertyMap): PropertyMap {
  return { deletionPolicy: inputs["deletionPolicy"] ?? "DELETE" };
}
