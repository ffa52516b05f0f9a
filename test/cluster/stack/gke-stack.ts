import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  NetworkingV1Api,
  RbacAuthorizationV1Api,
} from "@kubernetes/client-node";
import { inject } from "vitest";
import { offlineImages } from "../../../offline/images/index.ts";
import { Cluster } from "../../../offline/testing/cluster/index.ts";
import { chosenTools } from "../../../ops/tools.ts";
import { Clone, docker, type Ended } from "../../e2e/clone.ts";
import { setConfig } from "../../e2e/config.ts";
import { type Requests, Simulator } from "../../e2e/hosts/simulator.ts";
import { writeSmallApp } from "../../e2e/small-app.ts";

/** As whom Google's token logs in to the cluster of the tests. */
const ACCOUNT = { name: "gke-login", namespace: "kube-system" };

interface GkeStackArgs {
  readonly settings?: Readonly<Record<string, string>>;
  readonly images?: Readonly<Record<string, string>>;
  /** What else Google is asked for. */
  readonly requests?: Requests;
  /** The sample app in place of a small one. */
  readonly sampleApp?: boolean;
}

/**
 * A clone whose stack is a small app on a GKE cluster: the simulated Google hands out the cluster of the
 * tests, and a token that opens it.
 */
export class GkeStack {
  readonly clone: Clone;
  readonly config: KubeConfig;
  /** What Google was asked for. */
  readonly asked: readonly string[];
  readonly #folder: string;
  readonly #simulator: Simulator;
  readonly #authority: string;

  private constructor(
    clone: Clone,
    config: KubeConfig,
    { folder, simulator, authority, asked }: Google,
  ) {
    this.clone = clone;
    this.config = config;
    this.asked = asked;
    this.#folder = folder;
    this.#simulator = simulator;
    this.#authority = authority;
  }

  static async make({
    settings,
    images,
    requests,
    sampleApp,
  }: GkeStackArgs = {}): Promise<GkeStack> {
    const cluster = new Cluster(inject("cluster"));
    const config = new KubeConfig();
    config.loadFromString(cluster.kubeconfig);
    const clone = await Clone.make();
    if (sampleApp !== true) writeSmallApp(clone);
    const { postgres, nginx, ingressController } = offlineImages;
    const standIns =
      chosenTools().images === "offline" ? { postgres, nginx, ingressController } : {};
    setConfig(clone, {
      httpPort: undefined,
      target: "kubernetes",
      cluster: "gke",
      clusterLogin: "token",
      domain: "localhost",
      images: JSON.stringify({ ...standIns, ...images }),
      ...settings,
    });
    const stack = new GkeStack(clone, config, await startGoogle(config, requests));
    // Makes tools, stack and secrets, and goes no further: the project is not named yet.
    const { output } = await clone.slipway(["start"]);
    if (!output.includes("slipway:gcpProject is missing")) throw new Error(output);
    const image = await stack.push(sampleApp === true ? "app" : "small");
    setConfig(clone, { gcpProject: "acme-test", image });
    return stack;
  }

  get namespace(): string {
    return `slipway-${this.clone.stack}`;
  }

  /** `./slipway ARGS`, where Google is. */
  async slipway(...args: string[]): Promise<Ended> {
    return await this.clone.slipway(args, {
      SLIPWAY_SIMULATOR: this.#simulator.command,
      GOOGLE_OAUTH_ACCESS_TOKEN: "dummy",
      // As a DNS endpoint's certificate is of an authority that every machine trusts.
      NODE_EXTRA_CA_CERTS: this.#authority,
    });
  }

  /** The pulumi command on the stack; fails when that does. */
  async pulumi(...args: string[]): Promise<string> {
    const { code, output } = await this.slipway("pulumi", ...args, "--stack", this.clone.stack);
    if (code !== 0) throw new Error(output);
    return output;
  }

  /** The same, in a cluster that lets nobody in any more. */
  async withoutCluster(...args: string[]): Promise<string> {
    await removeAccount(this.config);
    try {
      return await this.pulumi(...args);
    } finally {
      await addAccount(this.config);
    }
  }

  async namespaces(): Promise<string[]> {
    const { items } = await this.config.makeApiClient(CoreV1Api).listNamespace();
    return items.map(nameOf);
  }

  /** The file that a run of the program leaves. */
  get tokenFile(): string {
    return join(this.clone.folder, ".slipway", "kube", this.clone.stack, "kubeconfig");
  }

  async remove(): Promise<void> {
    await this.#simulator.stop();
    await removeAll(this.config, `slipway.stack=${this.clone.stack}`);
    await removeAccount(this.config);
    for (const folder of [this.clone.folder, this.#folder]) {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Builds a folder of the clone, and pushes it; @returns the reference by digest. */
  async push(folder: string, commit = "test"): Promise<string> {
    const local = `slipway-cluster-test/${this.clone.stack}:${folder}`;
    const base = chosenTools().images === "offline" ? [`NODE_IMAGE=${offlineImages.node}`] : [];
    const built = [...base, `COMMIT=${commit}`].flatMap((value) => ["--build-arg", value]);
    docker("build", "--quiet", "--tag", local, ...built, `${this.clone.folder}/${folder}`);
    try {
      return await new Cluster(inject("cluster")).registry.push(local, this.clone.stack);
    } finally {
      docker("image", "rm", "--no-prune", local);
    }
  }
}

interface Google {
  readonly folder: string;
  readonly simulator: Simulator;
  /** Path of the certificate that vouches for the API server. */
  readonly authority: string;
  readonly asked: readonly string[];
}

async function startGoogle(config: KubeConfig, more: Requests = {}): Promise<Google> {
  const { server = "", caData = "" } = config.getCurrentCluster() ?? {};
  const folder = mkdtempSync(join(tmpdir(), "slipway-gke-"));
  const authority = join(folder, "authority.pem");
  const others = process.env["NODE_EXTRA_CA_CERTS"];
  const trusted = others === undefined ? "" : readFileSync(others, "utf8");
  writeFileSync(authority, `${trusted}\n${Buffer.from(caData, "base64").toString()}`);
  const asked: string[] = [];
  const simulator = await Simulator.start(folder, {
    ...more,
    "create cluster": async ({ controlPlaneEndpointsConfig: given }) => {
      asked.push("create cluster");
      const dnsEndpointConfig = { ...given.dnsEndpointConfig, endpoint: new URL(server).host };
      return { controlPlaneEndpointsConfig: { ...given, dnsEndpointConfig } };
    },
    "delete cluster": async ({ resourceLabels }) => {
      const label = `slipway.stack=${resourceLabels["slipway-stack"]}`;
      const left = await removeAll(config, label);
      asked.push(`delete cluster with ${left.join(", ") || "nothing"}`);
    },
    "read clientConfig": async () => ({ accessToken: await newToken(config) }),
  });
  await addAccount(config);
  return { folder, simulator, authority, asked };
}

/** All that would have gone with a cluster; @returns the namespaces and the disks among it. */
async function removeAll(config: KubeConfig, labelSelector: string): Promise<string[]> {
  const core = config.makeApiClient(CoreV1Api);
  const rbac = config.makeApiClient(RbacAuthorizationV1Api);
  await rbac.deleteCollectionClusterRoleBinding({ labelSelector });
  await rbac.deleteCollectionClusterRole({ labelSelector });
  await config.makeApiClient(NetworkingV1Api).deleteCollectionIngressClass({ labelSelector });
  const namespaces = (await core.listNamespace({ labelSelector })).items.map(nameOf);
  const { items } = await core.listPersistentVolume();
  const disks = items.filter(({ spec }) => namespaces.includes(spec?.claimRef?.namespace ?? ""));
  for (const name of namespaces) await core.deleteNamespace({ name });
  return [...namespaces, ...disks.map(nameOf)];
}

const nameOf = ({ metadata }: KubernetesObject) => metadata?.name ?? "";

async function addAccount(config: KubeConfig): Promise<void> {
  await config.makeApiClient(CoreV1Api).createNamespacedServiceAccount({
    namespace: ACCOUNT.namespace,
    body: { metadata: { name: ACCOUNT.name } },
  });
  await config.makeApiClient(RbacAuthorizationV1Api).createClusterRoleBinding({
    body: {
      metadata: { name: ACCOUNT.name },
      roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: "cluster-admin",
      },
      subjects: [{ kind: "ServiceAccount", ...ACCOUNT }],
    },
  });
}

async function removeAccount(config: KubeConfig): Promise<void> {
  await config.makeApiClient(CoreV1Api).deleteNamespacedServiceAccount(ACCOUNT);
  const { name } = ACCOUNT;
  await config.makeApiClient(RbacAuthorizationV1Api).deleteClusterRoleBinding({ name });
}

/** Another one each time, as Google's. */
async function newToken(config: KubeConfig): Promise<string> {
  const body = { spec: { audiences: [], expirationSeconds: 3600 } };
  const core = config.makeApiClient(CoreV1Api);
  const { status } = await core.createNamespacedServiceAccountToken({ ...ACCOUNT, body });
  return status?.token ?? "";
}
