/**
 * Waits until the one pod of a StatefulSet is ready, with its arguments as JSON on standard input, and fails with
 * why it does not get there: as soon as that can be said, or when its time is over.
 */
import { text } from "node:stream/consumers";
import {
  AppsV1Api,
  CoreV1Api,
  type CoreV1Event,
  type V1Pod,
  type V1StatefulSet,
} from "@kubernetes/client-node";
import { connect, isNotFound } from "./connection.ts";
import { explainPods } from "./pods.ts";
import { TroubleWatch, unplaced } from "./trouble.ts";
import { until } from "./until.ts";

interface Call {
  /** Path of the file. */
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Of the StatefulSet. */
  readonly name: string;
  /** Of the claim that its pod needs. */
  readonly claim: string;
}

/** As long as Pulumi would wait. */
const READY_SECONDS = 600;
/** For a disk whose making has failed: by then it has failed several times. */
const DISK_SECONDS = 45;
const POLL_MILLISECONDS = 500;

interface Seen {
  readonly ready: boolean;
  readonly pods: readonly V1Pod[];
  readonly trouble: string | undefined;
}

const { kubeconfig, namespace, name, claim }: Call = JSON.parse(await text(process.stdin));
const config = connect(kubeconfig);
const [apps, core] = [config.makeApiClient(AppsV1Api), config.makeApiClient(CoreV1Api)];
const watch = new TroubleWatch();
const began = performance.now();

const { ready, pods, trouble } = await until(
  look,
  (seen) => seen.ready || seen.trouble !== undefined,
  { seconds: READY_SECONDS, milliseconds: POLL_MILLISECONDS },
);
if (!ready) {
  const why =
    trouble ??
    unplaced(pods) ??
    `The pod of ${name} was not ready within ${READY_SECONDS} seconds.`;
  process.stderr.write(`The database does not start. ${why}\n${await explainPods(core, pods)}\n`);
  process.exitCode = 1;
}

async function look(): Promise<Seen> {
  const set = await apps.readNamespacedStatefulSet({ namespace, name });
  if (isReady(set)) return { ready: true, pods: [], trouble: undefined };
  const pods = await podsOfSet(set);
  const trouble = watch.troubleOf({}, pods) ?? (await troubleOfDisk());
  return { ready: false, pods, trouble };
}

/** Whether what is ready is made from the present template. */
function isReady({ metadata, spec, status }: V1StatefulSet): boolean {
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    status?.readyReplicas === spec?.replicas &&
    status?.currentRevision === status?.updateRevision
  );
}

async function podsOfSet({ metadata }: V1StatefulSet): Promise<V1Pod[]> {
  try {
    const pod = await core.readNamespacedPod({ namespace, name: `${name}-0` });
    const isOwn = pod.metadata?.ownerReferences?.some(({ uid }) => uid === metadata?.uid);
    return isOwn === true ? [pod] : [];
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return [];
  }
}

/** What the storage of the cluster says of a claim that has no disk yet. */
async function troubleOfDisk(): Promise<string | undefined> {
  if (performance.now() - began < DISK_SECONDS * 1000) return undefined;
  const { status } = await core.readNamespacedPersistentVolumeClaim({ namespace, name: claim });
  if (status?.phase === "Bound") return undefined;
  const { items } = await core.listNamespacedEvent({
    namespace,
    fieldSelector: `involvedObject.name=${claim},type=Warning`,
  });
  const last = items.filter(({ reason }) => reason === "ProvisioningFailed").at(-1);
  return last && noDisk(last);
}

function noDisk({ message = "" }: CoreV1Event): string {
  return `No disk is made for the claim ${claim}: ${message} (slipway:storageClass, slipway:dataGiB)`;
}
