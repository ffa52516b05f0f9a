import type * as pulumi from "@pulumi/pulumi";
import type { Owner } from "../components/labels.ts";
import type { Machine } from "../components/machine/machine.ts";

/** Where on a Docker host a database is reached from. */
export interface DatabasePlace {
  readonly machine: Machine;
  readonly owner: Owner;
  readonly network: pulumi.Input<string>;
}
