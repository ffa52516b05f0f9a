import type { PropertyMap } from "../property-value.ts";
import type { Kind } from "../simulated/kind.ts";

/**
 * A kind with what upstream has for nearly all of them: a policy for when one is deleted, which a preview knows.
 * One that is abandoned and one that is deleted are the same here: gone from the state.
 */
export function withDeletionPolicy(kind: Kind): Kind {
  return {
    ...kind,
    schema: { ...kind.schema, deletionPolicy: { type: "string", computed: true } },
    deletionProblem: (state) =>
      state["deletionPolicy"] === "PREVENT"
        ? 'cannot destroy it without setting deletion_policy="DELETE" and running `terraform apply`'
        : kind.deletionProblem?.(state),
    foretold: (thing) => ({ ...kind.foretold?.(thing), ...deletionPolicy(thing.inputs) }),
    outputs: async (thing, id) => ({
      ...(await kind.outputs(thing, id)),
      ...deletionPolicy(thing.inputs),
    }),
  };
}

function deletionPolicy(inputs: PropertyMap): PropertyMap {
  return { deletionPolicy: inputs["deletionPolicy"] ?? "DELETE" };
}
