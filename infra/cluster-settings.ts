import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterSettings, ExistingCluster, KubernetesSettings } from "../stacks/settings.ts";
import type { CloudSettings } from "./cloud-settings.ts";
import type { ConfigReader } from "./config-reader.ts";
import { readGke } from "./gke-settings.ts";
import { readKubeconfig, serverOf } from "./kubeconfig.ts";
import { NETWORK } from "./patterns.ts";
import { stackFiles } from "./stack-files.ts";
import { runStep } from "./step-process.ts";

interface ClusterContext {
  readonly cloud: CloudSettings;
  readonly protect: boolean;
  readonly project: string;
  readonly stack: string;
  readonly domain: string | undefined;
  /** Whether the target is a cluster at all; on another one nothing of it can be missing. */
  readonly needed: boolean;
}

type Read = Pick<
  KubernetesSettings,
  | "cluster"
  | "namespace"
  | "ingressClass"
  | "ingressNamespace"
  | "ingressAnnotations"
  | "maxReplicas"
  | "userId"
  | "egress"
  | "storageClass"
  | "kubeFiles"
  | "runStep"
>;

/** The keys of a stack that runs on Kubernetes. */
export function readCluster(reader: ConfigReader, context: ClusterContext): Read {
  const { project, stack, domain, needed } = context;
  if (needed && domain === undefined) {
    reader.missing(
      "domain",
      'target is "kubernetes", where a host name tells whose a request is',
      "HOST",
    );
  }
  return {
    cluster: readClusterItself(reader, context),
    namespace: reader.optional("namespace", NAMESPACE, NAMESPACE_RULE) ?? `${project}-${stack}`,
    ...readController(reader),
    ingressAnnotations: reader.strings("ingressAnnotations"),
    maxReplicas: reader.optionalInteger("autoscale", 2, 1000),
    userId: reader.integer("userId", 1, 2_147_483_647),
    egress: reader.list("egress", NETWORK, "networks like 203.0.113.0/24"),
    storageClass: reader.optional("storageClass", NAME, "the name of a storage class"),
    kubeFiles: stackFiles("kube", stack),
    runStep,
  };
}

function readController(reader: ConfigReader): Pick<Read, "ingressClass" | "ingressNamespace"> {
  const ingressClass = reader.optional("ingressClass", NAME, "the name of an ingress class");
  const ingressNamespace = reader.optional("ingressNamespace", NAMESPACE, NAMESPACE_RULE);
  if (ingressNamespace !== undefined && ingressClass === undefined) {
    reader.problem(
      "slipway:ingressNamespace is where the controller of slipway:ingressClass is, which is not set.",
      "pulumi config rm ingressNamespace",
    );
  }
  return { ingressClass, ingressNamespace };
}

function readClusterItself(
  reader: ConfigReader,
  { cloud, protect, needed }: ClusterContext,
): ClusterSettings {
  const named = reader.oneOf("cluster", ["existing", "gke"]);
  const kind = needed ? named : undefined;
  const existing = readExisting(reader, kind);
  const gke = readGke(reader, { cloud, protect, needed: kind === "gke" });
  return kind === "gke" ? gke : existing;
}

/** Its login is a secret of the stack, or a file of whoever runs Pulumi. */
function readExisting(
  reader: ConfigReader,
  kind: ClusterSettings["kind"] | undefined,
): ExistingCluster {
  const secret = reader.optionalSecretFile("kubeconfig", serverOf);
  const path = reader.optional("kubeconfigPath", /^[^\0\r\n]+$/, "the path of a kubeconfig");
  const none = { kind: "existing", kubeconfig: pulumi.secret(""), server: "" } as const;
  if (kind === "gke") refuseLogin(reader, { kubeconfig: secret, kubeconfigPath: path });
  if (kind !== "existing") return none;
  if (secret === undefined && path === undefined) {
    reader.missingSecret("kubeconfig", 'target is "kubernetes"', "<FILE");
  }
  const again = "pulumi config set --secret kubeconfig <FILE";
  if (secret !== undefined) {
    const server = serverIn(secret.said, reader, "slipway:kubeconfig", again);
    return { ...none, kubeconfig: secret.secret, server };
  }
  return path === undefined ? none : { ...none, ...readFile(reader, path) };
}

function readFile(
  reader: ConfigReader,
  path: string,
): Pick<ExistingCluster, "kubeconfig" | "server"> | undefined {
  const another = "pulumi config set kubeconfigPath FILE";
  const read = readKubeconfig(PROJECT_ROOT, path);
  if ("problem" in read) {
    reader.problem(`${read.problem} (slipway:kubeconfigPath).`, another);
    return undefined;
  }
  const what = `The file ${path} (slipway:kubeconfigPath)`;
  const server = serverIn(serverOf(read.text), reader, what, another);
  return { kubeconfig: pulumi.secret(read.text), server };
}

function serverIn(
  said: ReturnType<typeof serverOf>,
  reader: ConfigReader,
  what: string,
  type: string,
): string {
  if ("server" in said) return said.server;
  reader.problem(`${what} ${said.problem}.`, type);
  return "";
}

function refuseLogin(reader: ConfigReader, given: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    reader.problem(
      `slipway:${key} is set, but a cluster that is made brings its own (slipway:cluster is "gke").`,
      `pulumi config rm ${key}`,
    );
  }
}

const PROJECT_ROOT = resolve(import.meta.dirname, "..");
const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const NAMESPACE_RULE = "lower-case letters, digits and -, at most 63";
const NAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;
