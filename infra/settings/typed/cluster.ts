import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type {
  ClusterSettings,
  ExistingCluster,
  GkeCluster,
  KubernetesSettings,
} from "../../../stacks/settings.ts";
import { readKubeconfig, serverOf } from "../../kubeconfig.ts";
import { stackFiles } from "../../stack-files.ts";
import { runStep } from "../../step-process.ts";
import type { Context } from "./context.ts";
import { googlePlace } from "./google-place.ts";

const PROJECT_ROOT = resolve(import.meta.dirname, "../../..");

type OfCluster = Pick<
  KubernetesSettings,
  | "cluster"
  | "namespace"
  | "ingressClass"
  | "ingressNamespace"
  | "ingressAnnotations"
  | "maxReplicas"
  | "userId"
  | "egress"
  | "dataGiB"
  | "storageClass"
  | "kubeFiles"
  | "runStep"
>;

/** The parts of a stack that runs on Kubernetes. */
export function clusterOf(context: Context): OfCluster {
  const { values, facts } = context;
  return {
    cluster: clusterItself(context),
    namespace: values.namespace,
    ingressClass: values.ingressClass,
    ingressNamespace: values.ingressNamespace,
    ingressAnnotations: values.ingressAnnotations,
    maxReplicas: values.autoscale,
    userId: values.userId,
    egress: values.egress,
    dataGiB: values.dataGiB,
    storageClass: values.storageClass,
    kubeFiles: stackFiles("kube", facts.stack),
    runStep,
  };
}

const clusterItself = (context: Context): ClusterSettings =>
  context.values.cluster === "gke" ? gkeOf(context) : existingOf(context);

/** A cluster at Google. The nodes of an Autopilot cluster are Google's. */
function gkeOf(context: Context): GkeCluster {
  const { clusterMode, clusterLogin: login, size, nodes: count, protectData } = context.values;
  const { project, region, zone } = googlePlace(context);
  const zonal = clusterMode === "standard" ? { zone, size, count } : undefined;
  return { kind: "gke", project, region, zonal, login, protect: protectData };
}

/** Its login is a secret of the stack, or a file of whoever runs Pulumi. */
function existingOf(context: Context): ExistingCluster {
  const { kubeconfig, kubeconfigPath } = context.values;
  if (kubeconfig !== undefined) {
    const again = "pulumi config set --secret kubeconfig <FILE";
    return existing(kubeconfig, serverIn(kubeconfig, context, ["slipway:kubeconfig", again]));
  }
  return kubeconfigPath === undefined ? existing("", "") : existingBy(kubeconfigPath, context);
}

function existingBy(path: string, context: Context): ExistingCluster {
  const another = "pulumi config set kubeconfigPath FILE";
  const read = readKubeconfig(PROJECT_ROOT, path);
  if ("problem" in read) {
    const text = `${read.problem} (slipway:kubeconfigPath).`;
    context.problem({ setting: "kubeconfigPath", text, command: another });
    return existing("", "");
  }
  const name = `The file ${path} (slipway:kubeconfigPath)`;
  return existing(read.text, serverIn(read.text, context, [name, another]));
}

const existing = (kubeconfig: string, server: string): ExistingCluster => ({
  kind: "existing",
  kubeconfig: pulumi.secret(kubeconfig),
  server,
});

function serverIn(
  kubeconfig: string,
  { problem }: Context,
  [name, command]: readonly [string, string],
): string {
  const found = serverOf(kubeconfig);
  if ("server" in found) return found.server;
  problem({ setting: "kubeconfig", text: `${name} ${found.problem}.`, command });
  return "";
}
