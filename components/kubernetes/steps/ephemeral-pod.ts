import { ApiException, type CoreV1Api, type V1Pod } from "@kubernetes/client-node";
import { isNotFound } from "./connection.ts";
import { explainPods } from "./pods.ts";
import { hopeless, refusal, statusesOf, unplaced } from "./rollout-failure.ts";
import { TransientFailures } from "./transient-failures.ts";
import { until } from "./until.ts";

const POLL_MILLISECONDS = 300;

interface EphemeralPod {
  readonly core: CoreV1Api;
  readonly namespace: string;
  /** With the name that it has each time: a run that was killed may have left it. */
  readonly pod: V1Pod;
  /** Whether it is as far as it is to be. */
  readonly isFar: (pod: V1Pod) => boolean;
  readonly seconds: number;
  /** What is said when it is not that in time. */
  readonly late: string;
}

/** Makes a pod, does something once it is as far as it is to be, and removes it; fails with why it did not get there. */
export async function withEphemeralPod<T>(
  passing: EphemeralPod,
  work: () => Promise<T>,
): Promise<T> {
  await remove(passing);
  try {
    await create(passing);
    await untilFar(passing);
    return await work();
  } finally {
    await remove(passing);
  }
}

/** What can be said of a pod to whoever runs the step. */
export class PodTrouble extends Error {}

async function create(passing: EphemeralPod): Promise<void> {
  const transient = new TransientFailures();
  const refused = await until(
    () => refusalOf(passing),
    (said) => said === undefined || !transient.mayPass("pod", said),
    { milliseconds: POLL_MILLISECONDS },
  );
  if (refused !== undefined) throw new PodTrouble(refusal("pod", refused));
}

/** @returns why the API server does not make the pod; undefined where it did. */
async function refusalOf({
  core,
  namespace,
  pod: body,
}: EphemeralPod): Promise<string | undefined> {
  try {
    await core.createNamespacedPod({ namespace, body });
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    return JSON.parse(error.body).message;
  }
}

async function untilFar(passing: EphemeralPod): Promise<void> {
  const { core, namespace, isFar, seconds, late } = passing;
  const transient = new TransientFailures();
  const said = (pod: V1Pod) =>
    statusesOf(pod.status)
      .map((status) => hopeless(pod, status, transient))
      .find((one) => one !== undefined);
  const pod = await until(
    () => core.readNamespacedPod({ namespace, name: nameOf(passing) }),
    (seen) => isFar(seen) || said(seen) !== undefined,
    { seconds, milliseconds: POLL_MILLISECONDS },
  );
  if (isFar(pod)) return;
  const why = said(pod) ?? unplaced([pod]) ?? late;
  throw new PodTrouble(`${why}\n${await explainPods(core, [pod])}`);
}

/** Until it is gone, so that the next one can have its name. */
async function remove(passing: EphemeralPod): Promise<void> {
  const { core, namespace } = passing;
  const pod = { namespace, name: nameOf(passing) };
  const gone = (error: unknown) => {
    if (!isNotFound(error)) throw error;
    return undefined;
  };
  await core.deleteNamespacedPod({ ...pod, gracePeriodSeconds: 0 }).catch(gone);
  const patience = { milliseconds: POLL_MILLISECONDS };
  const isGone = (found: V1Pod | undefined) => found === undefined;
  await until(() => core.readNamespacedPod(pod).catch(gone), isGone, patience);
}

const nameOf = ({ pod }: EphemeralPod): string => pod.metadata?.name ?? "";
