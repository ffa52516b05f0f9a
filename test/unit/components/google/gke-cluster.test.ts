import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { GkeCluster, type GkeClusterArgs } from "../../../../components/google/gke-cluster.ts";
import { named, type Recorded, record, tree } from "../../recorder.ts";
import { clusterSettings } from "../../stacks/example.ts";

const ZONAL = { zone: "europe-west3-b", size: "e2-standard-4", count: 3 };

const make = (changes: Partial<GkeClusterArgs> = {}) =>
  record(
    () =>
      void new GkeCluster("it", {
        owner: { project: "slipway", stack: "test" },
        project: "acme-prod",
        region: "europe-west3",
        zonal: undefined,
        login: "exec",
        protect: true,
        files: clusterSettings().kubeFiles,
        runStep: clusterSettings().runStep,
        ...changes,
      }),
  );

const clusterOf = (resources: readonly Recorded[]) =>
  resources.find(({ type }) => type === "gcp:container/cluster:Cluster");

describe("a cluster that Google runs the nodes of", () => {
  let made: Recorded[];
  let inputs: Recorded["inputs"];
  beforeAll(async () => {
    made = await make();
    inputs = clusterOf(made)?.inputs ?? {};
  });

  test("is made of exactly this", () => {
    expect(tree(made)).toEqual([
      " > it: slipway:google:GkeCluster",
      "it > it: gcp:container/cluster:Cluster",
      "it > it-command: pulumi:providers:command",
      "it > it-files: command:local:Command",
      "it > it-gcp: pulumi:providers:gcp",
      "it > it-kubernetes: pulumi:providers:kubernetes",
      "it > it-let-go: command:local:Command",
      "it > it-network: slipway:google:GkeNetwork",
      "it-network > it-network: gcp:compute/network:Network",
      "it-network > it-network: gcp:compute/subnetwork:Subnetwork",
      "it-network > it-network-nat: gcp:compute/routerNat:RouterNat",
      "it-network > it-network-router: gcp:compute/router:Router",
      "it > it-nodes: slipway:google:GkeNodeAccount",
      "it-nodes > it-nodes: gcp:serviceaccount/account:Account",
      "it-nodes > it-nodes-pulls: gcp:projects/iAMMember:IAMMember",
      "it-nodes > it-nodes-runs: gcp:projects/iAMMember:IAMMember",
    ]);
  });

  test("is told nothing that makes Google replace it at the next change", () => {
    expect(inputs["enableAutopilot"]).toBe(true);
    expect(inputs["location"]).toBe("europe-west3");
    expect(Object.keys(inputs)).not.toContain("nodeConfig");
    expect(Object.keys(inputs)).not.toContain("initialNodeCount");
  });

  test("has private nodes, and an API server that has a name and no address", () => {
    expect(inputs).toMatchObject({
      privateClusterConfig: { enablePrivateNodes: true },
      controlPlaneEndpointsConfig: {
        dnsEndpointConfig: { allowExternalTraffic: true },
        ipEndpointsConfig: { enabled: false },
      },
    });
    expect(named(made, "it-network-nat").inputs).toMatchObject({
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
    });
  });

  test("takes the addresses of pods and Services from ranges that its subnetwork has", () => {
    const subnetwork = made.find(({ type }) => type.endsWith(":Subnetwork"));
    const ranges = subnetwork?.inputs["secondaryIpRanges"] as { rangeName: string }[];
    expect(inputs["ipAllocationPolicy"]).toEqual({
      clusterSecondaryRangeName: ranges[0]?.rangeName,
      servicesSecondaryRangeName: ranges[1]?.rangeName,
    });
  });

  test("has nodes that may be nodes and pull images, and nothing else", () => {
    const members = made.filter(({ type }) => type.endsWith(":IAMMember"));
    expect(members.map((one) => one.inputs)).toEqual(
      ["roles/artifactregistry.reader", "roles/container.defaultNodeServiceAccount"].map(
        (role) => ({
          project: "acme-prod",
          role,
          member: "serviceAccount:it-nodes@example.org",
        }),
      ),
    );
    expect(inputs["clusterAutoscaling"]).toEqual({
      autoProvisioningDefaults: { serviceAccount: "it-nodes@example.org" },
    });
    const cluster = clusterOf(made);
    expect(members.map(({ id }) => cluster?.after.includes(id))).toEqual([true, true]);
  });

  test("has a name of its own, and leaves it before the next one takes it", () => {
    expect(inputs["name"]).toBe("slipway-test");
    expect(clusterOf(made)?.deleteBeforeReplace).toBe(true);
  });

  test("is known by its id, so that a change of its login is no change of the cluster", () => {
    expect(named(made, "it-kubernetes").inputs["clusterIdentifier"]).toBe("it-id");
  });
});

describe("a cluster with nodes of one's own", () => {
  test("is in one zone, with the same protection of network and pods that Autopilot has", async () => {
    const made = await make({ zonal: ZONAL });
    expect(clusterOf(made)?.inputs).toMatchObject({
      location: "europe-west3-b",
      datapathProvider: "ADVANCED_DATAPATH",
      workloadIdentityConfig: { workloadPool: "acme-prod.svc.id.goog" },
      removeDefaultNodePool: true,
    });
    expect(clusterOf(made)?.inputs).not.toHaveProperty("enableAutopilot");
  });

  test("has as many nodes as are wanted, acting as the account, and a new one before an old one goes", async () => {
    const made = await make({ zonal: ZONAL });
    expect(named(made, "it-pool").inputs).toMatchObject({
      location: "europe-west3-b",
      nodeCount: 3,
      nodeConfig: {
        machineType: "e2-standard-4",
        serviceAccount: "it-nodes@example.org",
        workloadMetadataConfig: { mode: "GKE_METADATA" },
      },
      upgradeSettings: { maxSurge: 1, maxUnavailable: 0 },
    });
    expect(named(made, "it-kubernetes").after).toContain(named(made, "it-pool").id);
  });
});

describe("protection", () => {
  test.each([true, false])("is Pulumi's and Google's, and both at once: %s", async (protect) => {
    const made = await make({ protect });
    expect(clusterOf(made)?.inputs["deletionProtection"]).toBe(protect);
    expect(made.filter((one) => one.protect).map(({ id }) => id)).toEqual(
      protect ? ["gcp:container/cluster:Cluster::it", "command:local:Command::it-let-go"] : [],
    );
  });

  test.each([true, false])("keeps disks when the cluster goes: %s", async (protect) => {
    const step = named(await make({ protect }), "it-let-go");
    expect(JSON.parse(String(step.inputs["stdin"]))).toEqual({
      project: "slipway",
      stack: "test",
      server: "https://gke.example.org",
      withData: !protect,
      kubeconfig: "kube/kubeconfig",
    });
  });

  test("lets go of load balancers although the cluster goes, and only then", async () => {
    const step = named(await make(), "it-let-go");
    expect(step.deletedWith).toBeUndefined();
    expect(step.replaceWith).toEqual(["gcp:container/cluster:Cluster::it"]);
    expect(Object.keys(step.inputs).sort()).toEqual([
      ...["addPreviousOutputInEnv", "delete", "logging", "stdin"],
    ]);
  });
});

describe("the way in", () => {
  const kubeconfigIn = (made: readonly Recorded[]) =>
    JSON.parse(String(named(made, "it-kubernetes").inputs["kubeconfig"]));

  test("is by gcloud's plugin to the DNS name, whose certificate is a public one", async () => {
    const { clusters, users, contexts, ...rest } = kubeconfigIn(await make());
    expect(clusters).toEqual([{ name: "gke", cluster: { server: "https://gke.example.org" } }]);
    expect(users[0].user.exec.command).toBe("gke-gcloud-auth-plugin");
    expect(contexts).toEqual([{ name: "gke", context: { cluster: "gke", user: "gke" } }]);
    expect(rest["current-context"]).toBe("gke");
  });

  test("with a token is in a file, so that the next token is no change", async () => {
    const saved = new Map<string, string>();
    const made = await make({ login: "token", files: remembering(saved) });
    expect(kubeconfigIn(made).users[0].user).toEqual({ tokenFile: "kube/token" });
    expect(saved.get("token")).toBe("a token of Google's");
    const ofSteps = JSON.parse(saved.get("kubeconfig") ?? "");
    expect(ofSteps.users[0].user).toEqual({ token: "a token of Google's" });
    expect(JSON.stringify(made.map((one) => one.inputs))).not.toContain("a token of Google's");
  });

  test.each(["exec", "token"] as const)("is a secret: %s", async (login) => {
    const { shown } = named(await make({ login }), "it-kubernetes");
    expect(shown["kubeconfig"]).toBe("[secret]");
  });
});

function remembering(saved: Map<string, string>): GkeClusterArgs["files"] {
  return {
    path: "kube",
    folder: () => "kube",
    save: (name, content) =>
      pulumi.output(content).apply((text) => {
        saved.set(name, text);
        return `kube/${name}`;
      }),
  };
}
