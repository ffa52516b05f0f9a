import type * as pulumi from "@pulumi/pulumi";

/**
 * Ties every resource below a component to the machine that it is on: a new machine has none of it, so all
 * of it is made again there, and what is on a machine that goes, goes with it.
 */
export function tiedTo(machine: pulumi.Resource): pulumi.ResourceTransformation {
  return ({ props, opts }) => ({
    props,
    opts: { ...opts, deletedWith: machine, replaceWith: [machine] },
  });
}
