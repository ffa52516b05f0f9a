import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { after } from "../after.ts";
import { labelFilters, labelList, labels, type Owner } from "../labels.ts";
import type { Machine } from "../machine/machine.ts";

export interface DockerNetworkArgs {
  readonly machine: Machine;
  readonly owner: Owner;
}

/**
 * The network that joins the containers of one stack, and nothing else. Deleting it removes what an
 * interrupted step may have left on it.
 */
export class DockerNetwork extends pulumi.ComponentResource {
  /** Name of the network in the engine. */
  readonly networkName: pulumi.Output<string>;

  constructor(name: string, args: DockerNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:DockerNetwork", name, {}, opts);

    const network = new docker.Network(
      name,
      { driver: "bridge", labels: labelList(labels(args.owner, "network")) },
      { parent: this },
    );
    // All that joins the network comes after this step, so on a destroy it is removed just before the
    // network, which the engine would refuse to delete while a killed step's container is on it, or one that a
    // person runs.
    const steps = args.machine.run(
      `${name}-steps`,
      {
        values: {
          NETWORK: network.name,
          FILTERS: labelFilters(args.owner, "step"),
          ONE_OFF: labelFilters(args.owner, "one-off"),
        },
        apply: ":",
        remove: `
          # shellcheck disable=SC2086 # several words
          left=$(docker ps --all --quiet $FILTERS; docker ps --all --quiet $ONE_OFF)
          # shellcheck disable=SC2086
          if [ -n "$left" ]; then docker rm --force --volumes $left >/dev/null; fi`,
      },
      { parent: this },
    );

    this.networkName = after(network.name, steps);
    this.registerOutputs({ networkName: this.networkName });
  }
}
