import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";

export interface GkeNetworkArgs {
  readonly region: string;
}

/**
 * The network of a GKE cluster, which is alone in it. Nodes and pods have private addresses only: Google's
 * own services, its registries among them, are reached from within, and all else through Cloud NAT.
 *
 * @see https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips
 */
export class GkeNetwork extends pulumi.ComponentResource {
  readonly networkId: pulumi.Output<string>;
  readonly subnetworkId: pulumi.Output<string>;

  constructor(name: string, args: GkeNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:google:GkeNetwork", name, {}, opts);
    const { region } = args;
    const child = { parent: this };

    const network = new gcp.compute.Network(name, { autoCreateSubnetworks: false }, child);
    const subnetwork = new gcp.compute.Subnetwork(
      name,
      {
        network: network.id,
        region,
        ipCidrRange: "10.10.0.0/20",
        secondaryIpRanges: [
          { rangeName: POD_RANGE, ipCidrRange: "10.12.0.0/14" },
          { rangeName: SERVICE_RANGE, ipCidrRange: "10.11.0.0/20" },
        ],
        privateIpGoogleAccess: true,
      },
      child,
    );
    const router = new gcp.compute.Router(`${name}-router`, { network: network.id, region }, child);
    new gcp.compute.RouterNat(
      `${name}-nat`,
      {
        router: router.name,
        region,
        natIpAllocateOption: "AUTO_ONLY",
        sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
        logConfig: { enable: true, filter: "ERRORS_ONLY" },
      },
      child,
    );

    this.networkId = network.id;
    this.subnetworkId = subnetwork.id;
    this.registerOutputs({});
  }
}

/** Names of the ranges in the subnetwork that pods and Services get their addresses from. */
export const POD_RANGE = "pods";
export const SERVICE_RANGE = "services";
