import type * as pulumi from "@pulumi/pulumi";

/**
 * Of every container: one that differs in these is made anew. The provider says that it changes them in the
 * container that is there, which leaves a difference for ever: it is not started again, and limits are looked
 * at when a container is made.
 */
export const madeAnew: pulumi.CustomResourceOptions = {
  replaceOnChanges: ["mustRun", "memory", "memorySwap"],
};
