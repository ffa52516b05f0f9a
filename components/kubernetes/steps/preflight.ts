import {
  CoreV1Api,
  type KubeConfig,
  NetworkingV1Api,
  StorageV1Api,
  type V1StorageClass,
  type VersionInfo,
} from "@kubernetes/client-node";
import type { CheckClusterArgs } from "../cluster-needs.ts";
import { tooTight } from "./capacity.ts";
import { knowsCertManager } from "./cert-manager.ts";
import { unlessHidden } from "./connection.ts";
import type { PreflightProblem } from "./preflight-problem.ts";

/** The first that spreads the pods of a release by themselves; pods that sleep before they end came before. */
const OLDEST = { major: 1, minor: 31 } as const;

/** All that keeps a cluster from taking a stack. What the login may not look at is for the API server to refuse. */
export async function preflightProblems(
  config: KubeConfig,
  version: VersionInfo,
  wants: CheckClusterArgs,
): Promise<PreflightProblem[]> {
  const core = config.makeApiClient(CoreV1Api);
  const networking = config.makeApiClient(NetworkingV1Api);
  const elsewhere = await anotherCluster(core, wants);
  if (elsewhere !== undefined) return [elsewhere];
  const found = await Promise.all([
    tooOld(version),
    namespaceOfOthers(core, wants),
    wants.ingressClass === undefined
      ? classOfOthers(networking, wants)
      : noClass(networking, wants.ingressClass),
    wants.claim ? noStorage(config.makeApiClient(StorageV1Api), wants.storageClass) : undefined,
    wants.certManager ? noCertManager(config) : undefined,
    noRoom(core, wants),
  ]);
  return found.flat().filter((misfit) => misfit !== undefined);
}

/** None where the namespace is still to be made. */
async function noRoom(
  core: CoreV1Api,
  { namespace, room }: CheckClusterArgs,
): Promise<PreflightProblem[]> {
  const [quotas, ranges] = await Promise.all([
    unlessHidden(core.listNamespacedResourceQuota({ namespace })),
    unlessHidden(core.listNamespacedLimitRange({ namespace })),
  ]);
  return tooTight(quotas?.items ?? [], ranges?.items ?? [], room);
}

function tooOld({ major, minor }: VersionInfo): PreflightProblem | undefined {
  // Some clouds write "34+".
  const [first, second] = [major, minor].map((part) => Number.parseInt(part, 10));
  if (first !== OLDEST.major || (second ?? 0) >= OLDEST.minor) return undefined;
  return {
    text:
      `It is Kubernetes ${major}.${minor}, and Slipway needs ${OLDEST.major}.${OLDEST.minor} or later: ` +
      "upgrade it, or take another cluster.",
    type: "pulumi config set --secret kubeconfig <FILE",
  };
}

/** A cluster may get another address, or be restored elsewhere; one without the stack is not that. */
async function anotherCluster(
  core: CoreV1Api,
  { movedFrom, namespace, project, stack }: CheckClusterArgs,
): Promise<PreflightProblem | undefined> {
  if (movedFrom === undefined) return undefined;
  const there = await unlessHidden(core.readNamespace({ name: namespace }));
  if (isOf(there?.metadata?.labels, { project, stack })) return undefined;
  return {
    text:
      `It has no namespace ${namespace} with the labels of this stack, which is in the cluster at ${movedFrom}: ` +
      'its data would not move, but be left behind. To move, let a second stack take over: "Move a stack" in ' +
      `docs/runbook.md. When its data may go: \`./slipway destroy -s ${stack} --data\` first.`,
    type: "pulumi config set --secret kubeconfig <FILE",
  };
}

/** All that is in a namespace goes with the stack. */
async function namespaceOfOthers(
  core: CoreV1Api,
  { namespace, project, stack }: CheckClusterArgs,
): Promise<PreflightProblem | undefined> {
  const there = await unlessHidden(core.readNamespace({ name: namespace }));
  if (there === undefined || isOf(there.metadata?.labels, { project, stack })) return undefined;
  const labels = `slipway.project=${project} slipway.stack=${stack}`;
  return {
    text:
      `The namespace ${namespace} is there already, and its labels do not say that it is this stack's ` +
      `(${said(there.metadata?.labels)}). It would go with the stack. Take another one, or, to give it ` +
      `to the stack: \`kubectl label --overwrite namespace ${namespace} ${labels}\`.`,
    type: "pulumi config set namespace NAME",
  };
}

/** The stack's own class would take the place of another one of the same name. */
async function classOfOthers(
  networking: NetworkingV1Api,
  { project, stack }: CheckClusterArgs,
): Promise<PreflightProblem | undefined> {
  const name = `${project}-${stack}`;
  const there = await unlessHidden(networking.readIngressClass({ name }));
  if (there === undefined || isOf(there.metadata?.labels, { project, stack })) return undefined;
  return {
    text:
      `The ingress class ${name} is there already, and belongs to the controller ` +
      `${there.spec?.controller}; the stack would bring its own under that name. Take that one instead:`,
    type: `pulumi config set ingressClass ${name}`,
  };
}

async function noClass(
  networking: NetworkingV1Api,
  wanted: string,
): Promise<PreflightProblem | undefined> {
  const list = await unlessHidden(networking.listIngressClass());
  const names = list?.items.map(({ metadata }) => metadata?.name ?? "");
  if (names === undefined || names.includes(wanted)) return undefined;
  return {
    text: `It has no ingress class ${wanted} (slipway:ingressClass), ${but(names)}.`,
    type:
      names[0] === undefined
        ? "pulumi config rm ingressClass"
        : `pulumi config set ingressClass ${names[0]}`,
  };
}

async function noStorage(
  storage: StorageV1Api,
  wanted: string | undefined,
): Promise<PreflightProblem | undefined> {
  const list = await unlessHidden(storage.listStorageClass());
  if (list === undefined) return undefined;
  const names = list.items.map(({ metadata }) => metadata?.name ?? "");
  if (wanted === undefined ? list.items.some(isDefault) : names.includes(wanted)) return undefined;
  const which = wanted === undefined ? "default storage class" : `storage class ${wanted}`;
  return {
    text: `It has no ${which} for the claim of the database (slipway:storageClass), ${but(names)}.`,
    type:
      names[0] === undefined
        ? "pulumi config set database external"
        : `pulumi config set storageClass ${names[0]}`,
  };
}

async function noCertManager(config: KubeConfig): Promise<PreflightProblem | undefined> {
  if ((await unlessHidden(knowsCertManager(config))) !== false) return undefined;
  return {
    text:
      "It has no cert-manager, which gets the certificate (slipway:tls is acme). Install it " +
      "(https://cert-manager.io/docs/installation/) and run `up` again, or take a certificate of your own:",
    type: "pulumi config set tls provided",
  };
}

const isDefault = ({ metadata }: V1StorageClass) =>
  metadata?.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true";

const but = (names: readonly string[]) =>
  names.length === 0 ? "and no other either" : `but ${names.join(", ")}`;

type Labels = Readonly<Record<string, string>> | undefined;

const isOf = (labels: Labels, { project, stack }: Pick<CheckClusterArgs, "project" | "stack">) =>
  labels?.["slipway.project"] === project && labels["slipway.stack"] === stack;

function said(labels: Labels): string {
  const project = labels?.["slipway.project"];
  if (project === undefined) return "it has none of Slipway's";
  return `they are slipway.project=${project} slipway.stack=${labels?.["slipway.stack"]}`;
}
