/**
 * Waits until the one pod of a StatefulSet is ready, with its arguments as JSON on standard input, and fails with
 * why it does not get there: as soon as that can be said, or when its time is over.
 */
import {
  AppsV1Api,
  CoreV1Api,
  type CoreV1Event,
  type V1Pod,
  type V1StatefulSet,
} from "@kubernetes/client-node";
import { connect, isConflict, isNotFound, unlessHidden } from "./connection.ts";
import { AWAIT_DATABASE } from "./definitions.ts";
import { explainPods, isPodReady } from "./pods.ts";
import { receive } from "./receive.ts";
import { RolloutFailureWatch, refusal, unplaced } from "./rollout-failure.ts";
import { TransientFailures } from "./transient-failures.ts";
import { until } from "./until.ts";

/** As long as Pulumi would wait. */
const READY_SECONDS = 600;
/** For a disk whose making has failed: by then it has failed several times. */
const DISK_SECONDS = 45;
/** For a pod that the cluster refuses: the controller tries again and again. */
const NO_POD_SECONDS = 10;
const POLL_MILLISECONDS = 500;

interface Seen {
  readonly ready: boolean;
  readonly pods: readonly V1Pod[];
  readonly trouble: string | undefined;
}

const { kubeconfig, namespace, name, claim } = await receive(AWAIT_DATABASE);
const config = connect(kubeconfig);
const [apps, core] = [config.makeApiClient(AppsV1Api), config.makeApiClient(CoreV1Api)];
const watch = new RolloutFailureWatch();
const transient = new TransientFailures();
const began = performance.now();

const { ready, pods, trouble } = await until(
  look,
  (seen) => seen.ready || seen.trouble !== undefined,
  { seconds: READY_SECONDS, milliseconds: POLL_MILLISECONDS },
);
if (!ready) {
  const why =
    trouble ??
    unplaced(pods, "slipway:databaseMemory") ??
    `The pod of ${name} was not ready within ${READY_SECONDS} seconds.`;
  process.stderr.write(`The database does not start. ${why}\n${await explainPods(core, pods)}\n`);
  process.exitCode = 1;
}

async function look(): Promise<Seen> {
  const set = await apps.readNamespacedStatefulSet({ namespace, name });
  if (isReady(set)) return { ready: true, pods: [], trouble: undefined };
  const pod = await podOf(set);
  if (pod !== undefined && isStuck(set, pod)) await remove(pod);
  // What one that goes has been through says nothing of the next.
  const pods = pod !== undefined && isOfPresentTemplate(set, pod) ? [pod] : [];
  const trouble =
    watch.troubleOf({}, pods) ?? (await troubleOfDisk()) ?? (pod ? undefined : await noPod(set));
  return { ready: false, pods, trouble };
}

/** Whether what is ready is made from the present template. */
function isReady({ metadata, spec, status }: V1StatefulSet): boolean {
  return (
    metadata?.deletionTimestamp === undefined &&
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    status?.readyReplicas === spec?.replicas &&
    status?.currentRevision === status?.updateRevision
  );
}

async function podOf({ metadata }: V1StatefulSet): Promise<V1Pod | undefined> {
  const pod = await unlessHidden(core.readNamespacedPod({ namespace, name: `${name}-0` }));
  const isOwn = pod?.metadata?.ownerReferences?.some(({ uid }) => uid === metadata?.uid);
  return isOwn === true ? pod : undefined;
}

function isLeaving({ metadata }: V1Pod): boolean {
  return metadata?.deletionTimestamp !== undefined;
}

function isOfPresentTemplate({ status }: V1StatefulSet, pod: V1Pod): boolean {
  const revision = pod.metadata?.labels?.["controller-revision-hash"];
  return !isLeaving(pod) && revision === status?.updateRevision;
}

/**
 * Whether a pod of the template before is in the way: the controller replaces one that is ready, and waits for ever
 * for one that is not.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
function isStuck(set: V1StatefulSet, pod: V1Pod): boolean {
  const isSeen = (set.status?.observedGeneration ?? 0) >= (set.metadata?.generation ?? 0);
  return isSeen && !isPodReady(pod) && !isLeaving(pod) && !isOfPresentTemplate(set, pod);
}

async function remove({ metadata }: V1Pod): Promise<void> {
  const body = { preconditions: { uid: metadata?.uid ?? "" } };
  try {
    await core.deleteNamespacedPod({ namespace, name: `${name}-0`, body });
  } catch (error) {
    // Gone by now, or another one has its name.
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

/** Why the controller can't make a pod, as where a quota or a policy of the cluster is against it. */
async function noPod({ metadata }: V1StatefulSet): Promise<string | undefined> {
  if (performance.now() - began < NO_POD_SECONDS * 1000) return undefined;
  const failed = await lastWarning(metadata?.uid, "FailedCreate");
  const { message = "" } = failed ?? {};
  if (failed === undefined || transient.mayPass("pod", message)) return undefined;
  return refusal("pod", message);
}

/** What the storage of the cluster says of a claim that has no disk yet. */
async function troubleOfDisk(): Promise<string | undefined> {
  if (performance.now() - began < DISK_SECONDS * 1000) return undefined;
  const found = await unlessHidden(
    core.readNamespacedPersistentVolumeClaim({ namespace, name: claim }),
  );
  if (found === undefined || found.status?.phase === "Bound") return undefined;
  const failed = await lastWarning(found.metadata?.uid, "ProvisioningFailed");
  return failed && noDisk(failed);
}

function noDisk({ message = "" }: CoreV1Event): string {
  return `No disk is made for the claim ${claim}: ${message} (slipway:storageClass, slipway:dataGiB)`;
}

/** Of an object itself, and not of one that had its name. */
async function lastWarning(uid = "", reason: string): Promise<CoreV1Event | undefined> {
  const fieldSelector = `involvedObject.uid=${uid},reason=${reason},type=Warning`;
  const events = await unlessHidden(core.listNamespacedEvent({ namespace, fieldSelector }));
  return events?.items.at(-1);
}
