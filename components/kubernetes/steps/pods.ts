import type {
  AppsV1Api,
  CoreV1Api,
  V1ContainerStatus,
  V1Deployment,
  V1Pod,
  V1ReplicaSet,
} from "@kubernetes/client-node";
import { unlessHidden } from "./connection.ts";
import { statusesOf } from "./rollout-failure.ts";

const LOG_LINES = 30;
const REVISION = "deployment.kubernetes.io/revision";

/** The sets of a Deployment's pods, one for each template that it had, the newest first. */
export async function setsOf(apps: AppsV1Api, deployment: V1Deployment): Promise<V1ReplicaSet[]> {
  const namespace = deployment.metadata?.namespace ?? "";
  const { items } = await apps.listNamespacedReplicaSet({
    namespace,
    labelSelector: selectorOf(deployment),
  });
  const revision = ({ metadata }: V1ReplicaSet) => Number(metadata?.annotations?.[REVISION] ?? 0);
  return items
    .filter(({ metadata }) =>
      metadata?.ownerReferences?.some(({ uid }) => uid === deployment.metadata?.uid),
    )
    .sort((a, b) => revision(b) - revision(a));
}

const selectorOf = ({ spec }: V1Deployment): string =>
  Object.entries(spec?.selector.matchLabels ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(",");

/** The pods of a Deployment's present template. */
export async function podsOf(
  core: CoreV1Api,
  apps: AppsV1Api,
  deployment: V1Deployment,
): Promise<V1Pod[]> {
  const namespace = deployment.metadata?.namespace ?? "";
  const labelSelector = selectorOf(deployment);
  const sets = await apps.listNamespacedReplicaSet({ namespace, labelSelector });
  const revision = deployment.metadata?.annotations?.[REVISION];
  const set = sets.items.find(({ metadata }) => metadata?.annotations?.[REVISION] === revision);
  if (set === undefined) return [];
  const { items } = await core.listNamespacedPod({ namespace, labelSelector });
  return items.filter(
    (pod) =>
      !isLeaving(pod) &&
      pod.metadata?.ownerReferences?.some(({ uid }) => uid === set.metadata?.uid),
  );
}

/** Evicted, say, or being removed. Another one follows, of which its past says nothing. */
const isLeaving = ({ metadata, status }: V1Pod): boolean =>
  metadata?.deletionTimestamp !== undefined || status?.phase === "Failed";

/** What happened to a pod that is not ready, and what it said last. */
export async function explainPods(core: CoreV1Api, pods: readonly V1Pod[]): Promise<string> {
  const pod = pods.find((one) => culpritOf(one) !== undefined) ?? pods.find(isUnplaced);
  const { name, namespace } = pod?.metadata ?? {};
  if (pod === undefined || name === undefined || namespace === undefined) return "";
  const list = await unlessHidden(
    core.listNamespacedEvent({
      namespace,
      fieldSelector: `involvedObject.name=${name},type=Warning`,
    }),
  );
  const events = (list?.items ?? []).map(({ reason, message }) => `  ${reason}: ${message}`);
  const log = await lastLog(core, namespace, name, culpritOf(pod));
  return [
    ...(events.length === 0 ? [] : [`What happened to ${name}:`, ...new Set(events)]),
    ...(log === "" ? [] : ["The last lines of its log:", log]),
  ].join("\n");
}

export const isPodReady = ({ status }: V1Pod): boolean =>
  status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;

/** The first container that is not as far as it should be; the next ones may wait for it. */
const culpritOf = ({ status }: V1Pod): V1ContainerStatus | undefined =>
  statusesOf(status).find(({ ready }) => !ready);

const isUnplaced = ({ status }: V1Pod): boolean => statusesOf(status).length === 0;

async function lastLog(
  core: CoreV1Api,
  namespace: string,
  name: string,
  container: V1ContainerStatus | undefined,
): Promise<string> {
  if (container === undefined) return "";
  const where = { namespace, name, container: container.name, tailLines: LOG_LINES };
  const log = await core.readNamespacedPodLog(where).catch(none);
  if (log.trim() !== "" && !log.startsWith(LOST)) return log.trimEnd();
  // It was just started again, and has said nothing yet; what it said before it ended is in its status.
  const { state, lastState } = container;
  return ((state?.terminated ?? lastState?.terminated)?.message ?? "").trimEnd();
}

/** Said by a kubelet, as if it were the log, where it has removed that. */
const LOST = "unable to retrieve container logs";

/** Of a container that never began. */
const none = (): string => "";
