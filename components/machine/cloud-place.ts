import type * as digitalocean from "@pulumi/digitalocean";
import type * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";

/** Where in its cloud a machine is, for what is to be beside it and to outlive it. */
export type CloudPlace = DigitalOceanPlace | GooglePlace;

export interface DigitalOceanPlace {
  readonly kind: "digitalocean";
  readonly provider: digitalocean.Provider;
  readonly region: string;
  /** Of everything of the stack. */
  readonly tags: readonly string[];
  readonly dropletId: pulumi.Output<string>;
}

export interface GooglePlace extends GoogleNetwork {
  readonly kind: "google";
  /** E-mail address of the account as which the machine, or the app, acts. */
  readonly serviceAccount: pulumi.Output<string>;
}

/** A network at Google, and what makes things in it. */
export interface GoogleNetwork {
  readonly provider: gcp.Provider;
  readonly project: string;
  readonly region: string;
  /** Of everything of the stack. */
  readonly labels: Readonly<Record<string, string>>;
  /** Id of the network. */
  readonly network: pulumi.Output<string>;
}

/** Where at Google a cluster is, for what is to be beside it and to outlive it. */
export interface ClusterCloud extends GoogleNetwork {
  readonly cluster: pulumi.Resource;
}
