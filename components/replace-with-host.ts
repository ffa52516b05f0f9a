import type * as pulumi from "@pulumi/pulumi";

/**
 * Ties every resource below a component to the machine or the cluster that it is on: a new one has none of
 * it, so all of it is made again there, and what is on one that goes, goes with it.
 */
export function replaceWithHost(place: pulumi.Resource): pulumi.ResourceTransformation {
  return ({ props, opts }) => ({
    props,
    opts: { ...opts, deletedWith: place, replaceWith: [place] },
  });
}
