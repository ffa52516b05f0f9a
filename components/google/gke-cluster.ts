import * as gcp from "@pulumi/gcp";
import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { cloudName } from "../cloud-name.ts";
import type { Cluster } from "../kubernetes/cluster.ts";
import { ClusterAccess } from "../kubernetes/cluster-access.ts";
import type { ClusterSteps } from "../kubernetes/cluster-steps.ts";
import type { StepProcess } from "../kubernetes/step-process.ts";
import { LET_GO } from "../kubernetes/steps/definitions.ts";
import type { Owner } from "../labels.ts";
import type { ClusterCloud } from "../machine/cloud-place.ts";
import { replaceWithHost } from "../replace-with-host.ts";
import type { StackFiles } from "../stack-files.ts";
import { GCLOUD_LOGIN, gkeKubeconfig } from "./gke-kubeconfig.ts";
import { GkeNetwork, POD_RANGE, SERVICE_RANGE } from "./gke-network.ts";
import { GkeNodeAccount } from "./gke-node-account.ts";

export interface GkeClusterArgs {
  readonly owner: Owner;
  /** Id of the Google Cloud project. */
  readonly project: string;
  /** A change makes everything anew, data included. */
  readonly region: string;
  /** Nodes of one's own in one zone; undefined leaves them to Google in the whole region, which is Autopilot. */
  readonly zonal: ZonalNodes | undefined;
  /**
   * `exec` logs in as `gcloud` does, through its plugin; `token` with a token of the Google provider's, good for
   * an hour, for where there is no gcloud.
   */
  readonly login: "exec" | "token";
  /** Whether the cluster survives a destroy. */
  readonly protect: boolean;
  readonly files: StackFiles;
  readonly runStep: StepProcess;
}

export interface ZonalNodes {
  readonly zone: string;
  /** A machine type. A change replaces the nodes one after the other. */
  readonly size: string;
  readonly count: number;
}

/**
 * A cluster of Google Kubernetes Engine with private nodes, in a network of its own. Its API server is reached
 * under a DNS name alone, where Google lets in by IAM; it has no address. Network policies are enforced, pods
 * act by Workload Identity, and Google keeps it and its nodes up to date.
 *
 * What is in the cluster goes with it. Its load balancers are let go of before, and where data is not protected
 * its disks: Google would keep both.
 *
 * The project needs the services container.googleapis.com and compute.googleapis.com.
 *
 * @see https://cloud.google.com/kubernetes-engine/docs
 */
export class GkeCluster extends pulumi.ComponentResource implements Cluster {
  readonly provider: kubernetes.Provider;
  readonly options: pulumi.ComponentResourceOptions;
  readonly cloud: ClusterCloud;
  readonly steps: ClusterSteps;

  constructor(name: string, args: GkeClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:google:GkeCluster", name, {}, opts);
    const { owner, project, region, zonal } = args;
    const google = new gcp.Provider(`${name}-gcp`, { project, region }, { parent: this });
    const child = { parent: this, provider: google };
    const within = { parent: this, providers: [google] };

    const labels = { "slipway-project": owner.project, "slipway-stack": owner.stack };
    const network = new GkeNetwork(`${name}-network`, { region }, within);
    const account = new GkeNodeAccount(`${name}-nodes`, { owner, project }, within);
    const cluster = new gcp.container.Cluster(
      name,
      {
        // Google takes 40 characters, and people type it.
        name: cloudName(owner, 40),
        network: network.networkId,
        subnetwork: network.subnetworkId,
        ipAllocationPolicy: {
          clusterSecondaryRangeName: POD_RANGE,
          servicesSecondaryRangeName: SERVICE_RANGE,
        },
        privateClusterConfig: { enablePrivateNodes: true },
        controlPlaneEndpointsConfig: {
          dnsEndpointConfig: { allowExternalTraffic: true },
          ipEndpointsConfig: { enabled: false },
        },
        releaseChannel: { channel: "REGULAR" },
        maintenancePolicy: { recurringWindow: WEEKEND_NIGHTS },
        deletionProtection: args.protect,
        resourceLabels: labels,
        ...(zonal === undefined
          ? autopilot(region, account.email)
          : standard(project, zonal.zone, account.email)),
      },
      {
        ...child,
        protect: args.protect,
        // Through NAT the first pods get their images, and the last ones are still to be reached.
        dependsOn: [network],
        // Its name is taken, and so are its ranges of addresses.
        deleteBeforeReplace: true,
        // The nodes that it begins with, and that are removed at once.
        ignoreChanges: zonal === undefined ? [] : ["nodeConfig", "initialNodeCount"],
      },
    );
    const pools =
      zonal === undefined ? [] : [nodePool(`${name}-pool`, cluster, zonal, account.email, child)];

    const access = new ClusterAccess(
      name,
      {
        ...this.#kubeconfigs(cluster, google, args),
        identifier: cluster.id,
        files: args.files,
        runStep: args.runStep,
      },
      { parent: this, dependsOn: [cluster, ...pools] },
    );
    this.provider = access.provider;
    this.options = {
      providers: [access.provider, access.commands],
      transformations: [replaceWithHost(cluster)],
    };
    this.cloud = { provider: google, project, region, labels, network: network.networkId, cluster };
    this.steps = access.steps;
    access.steps.lastStep(
      `${name}-let-go`,
      LET_GO,
      {
        ...owner,
        server: pulumi.interpolate`https://${endpointOf(cluster)}`,
        withData: !args.protect,
      },
      {
        parent: this,
        provider: access.commands,
        // It has to be taken although the cluster goes, and at the cluster that goes; not when it stays.
        replaceWith: [cluster],
        protect: args.protect,
      },
    );
    this.registerOutputs({
      gkeEndpoint: endpointOf(cluster),
      kubeconfigFile: access.kubeconfigFile,
    });
  }

  #kubeconfigs(
    cluster: gcp.container.Cluster,
    google: gcp.Provider,
    { login, files }: GkeClusterArgs,
  ): { kubeconfig: pulumi.Output<string>; stepKubeconfig: pulumi.Output<string> } {
    const endpoint = endpointOf(cluster);
    if (login === "exec") {
      const kubeconfig = endpoint.apply((host) => gkeKubeconfig(host, GCLOUD_LOGIN));
      return { kubeconfig, stepKubeconfig: kubeconfig };
    }
    const config = gcp.organizations.getClientConfigOutput({ parent: this, provider: google });
    const token = pulumi.secret(config.accessToken);
    // Each run has another one. In a file it changes nothing in the state, and is not in it.
    const file = files.save(
      "token",
      pulumi.all([token, endpoint]).apply(([text]) => text),
    );
    return {
      kubeconfig: pulumi
        .all([endpoint, pulumi.unsecret(file)])
        .apply(([host, tokenFile]) => gkeKubeconfig(host, { tokenFile })),
      stepKubeconfig: pulumi
        .all([endpoint, token])
        .apply(([host, text]) => gkeKubeconfig(host, { token: text })),
    };
  }
}

/** What Google runs the nodes of, in all zones of a region. */
function autopilot(region: string, serviceAccount: pulumi.Input<string>) {
  return {
    location: region,
    enableAutopilot: true,
    clusterAutoscaling: { autoProvisioningDefaults: { serviceAccount } },
  };
}

/** With nodes of one's own; Autopilot has the rest of this by itself, and refuses to be told. */
function standard(project: string, zone: string, serviceAccount: pulumi.Input<string>) {
  return {
    location: zone,
    datapathProvider: "ADVANCED_DATAPATH",
    workloadIdentityConfig: { workloadPool: `${project}.svc.id.goog` },
    removeDefaultNodePool: true,
    initialNodeCount: 1,
    nodeConfig: { serviceAccount, oauthScopes: SCOPES },
  };
}

function nodePool(
  name: string,
  cluster: gcp.container.Cluster,
  { zone, size, count }: ZonalNodes,
  serviceAccount: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): gcp.container.NodePool {
  return new gcp.container.NodePool(
    name,
    {
      name: "nodes",
      cluster: cluster.name,
      location: zone,
      nodeCount: count,
      nodeConfig: {
        machineType: size,
        serviceAccount,
        oauthScopes: SCOPES,
        shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
        workloadMetadataConfig: { mode: "GKE_METADATA" },
      },
      management: { autoRepair: true, autoUpgrade: true },
      // A new node beside the old ones first: one that is missing may be the one too many.
      upgradeSettings: { maxSurge: 1, maxUnavailable: 0 },
    },
    // Nodes go with their cluster, and a new cluster has none.
    { ...opts, deleteBeforeReplace: true, deletedWith: cluster, replaceWith: [cluster] },
  );
}

const endpointOf = (cluster: gcp.container.Cluster) =>
  cluster.controlPlaneEndpointsConfig.apply(({ dnsEndpointConfig }) =>
    required(dnsEndpointConfig?.endpoint),
  );

function required(endpoint: string | undefined): string {
  if (endpoint) return endpoint;
  throw new pulumi.RunError("Google named no DNS endpoint of the cluster's API server.");
}

/** What a node may do is said by the roles of its account alone. */
const SCOPES = ["https://www.googleapis.com/auth/cloud-platform"];

/** Google wants 48 hours in 32 days, and a window is when it may upgrade, and not when it does. */
const WEEKEND_NIGHTS = {
  startTime: "2026-01-03T01:00:00Z",
  endTime: "2026-01-03T07:00:00Z",
  recurrence: "FREQ=WEEKLY;BYDAY=SA,SU",
};
