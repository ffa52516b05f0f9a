import type {
  AppsV1Api,
  CoreV1Api,
  V1ContainerStatus,
  V1Deployment,
  V1Pod,
} from "@kubernetes/client-node";

/** How often an app may end before it is ready; one that ended once may yet get ready. */
const RESTARTS_ALLOWED = 3;
const LOG_LINES = 30;
/** What a kubelet does not get over by itself, or says only after it has tried several times. */
const HOPELESS = new Set([
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
]);

/** The pods of a Deployment's present template. */
export async function podsOf(
  core: CoreV1Api,
  apps: AppsV1Api,
  deployment: V1Deployment,
): Promise<V1Pod[]> {
  const namespace = deployment.metadata?.namespace ?? "";
  const labels = Object.entries(deployment.spec?.selector.matchLabels ?? {});
  const labelSelector = labels.map(([name, value]) => `${name}=${value}`).join(",");
  const sets = await apps.listNamespacedReplicaSet({ namespace, labelSelector });
  const revision = deployment.metadata?.annotations?.[REVISION];
  const set = sets.items.find(({ metadata }) => metadata?.annotations?.[REVISION] === revision);
  if (set === undefined) return [];
  const { items } = await core.listNamespacedPod({ namespace, labelSelector });
  return items.filter(({ metadata }) =>
    metadata?.ownerReferences?.some(({ uid }) => uid === set.metadata?.uid),
  );
}

const REVISION = "deployment.kubernetes.io/revision";

/** Why a roll-out will not end well, as far as that can be said by now. */
export function troubleOf({ status }: V1Deployment, pods: readonly V1Pod[]): string | undefined {
  const condition = (type: string, reason?: string) =>
    status?.conditions?.find((one) => one.type === type && (reason ?? one.reason) === one.reason);
  const refused = condition("ReplicaFailure");
  if (refused?.status === "True") return `The cluster refuses the pods: ${refused.message}`;
  for (const pod of pods) {
    for (const container of containersOf(pod)) {
      const { waiting } = container.state ?? {};
      if (waiting?.reason !== undefined && HOPELESS.has(waiting.reason)) {
        return `${waiting.reason}: ${waiting.message ?? container.image}`;
      }
      if (!container.ready && container.restartCount >= RESTARTS_ALLOWED) {
        const code = container.lastState?.terminated?.exitCode;
        return `The app ended before it was healthy${code === undefined ? "" : `, with exit code ${code}`}.`;
      }
    }
  }
  const late = condition("Progressing", "ProgressDeadlineExceeded");
  return late === undefined
    ? undefined
    : "The app was not healthy in time (slipway:healthSeconds, healthPath, appPort; it must listen on 0.0.0.0).";
}

/** What the pods that are not ready said last, and what happened to them. */
export async function explainPods(
  core: CoreV1Api,
  deployment: V1Deployment,
  pods: readonly V1Pod[],
): Promise<string> {
  const namespace = deployment.metadata?.namespace ?? "";
  const [pod] = pods.filter((one) => !containersOf(one).every(({ ready }) => ready));
  if (pod?.metadata?.name === undefined) return "";
  const name = pod.metadata.name;
  const { items } = await core.listNamespacedEvent({
    namespace,
    fieldSelector: `involvedObject.name=${name},type=Warning`,
  });
  const events = items.map(({ reason, message }) => `  ${reason}: ${message}`);
  const log = await lastLog(core, namespace, pod);
  return [
    ...(events.length === 0 ? [] : [`What happened to ${name}:`, ...new Set(events)]),
    ...(log === "" ? [] : ["The last lines of its log:", log]),
  ].join("\n");
}

async function lastLog(core: CoreV1Api, namespace: string, pod: V1Pod): Promise<string> {
  const name = pod.metadata?.name ?? "";
  const [container] = containersOf(pod);
  const previous = (container?.restartCount ?? 0) > 0 && container?.state?.running === undefined;
  try {
    const log = await core.readNamespacedPodLog({
      namespace,
      name,
      container: "app",
      previous,
      tailLines: LOG_LINES,
    });
    return log.trimEnd();
  } catch {
    return ""; // A container that never began has none.
  }
}

const containersOf = ({ status }: V1Pod): readonly V1ContainerStatus[] =>
  status?.containerStatuses ?? [];
