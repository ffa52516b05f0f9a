import { ApiException, type CoreV1Api, type V1Pod } from "@kubernetes/client-node";
import { isNotFound } from "./connection.ts";
import { explainPods } from "./pods.ts";
import { hopeless, statusesOf, unplaced } from "./trouble.ts";

const POLL_MILLISECONDS = 300;

interface Passing {
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
export async function withPassingPod<T>(passing: Passing, work: () => Promise<T>): Promise<T> {
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

async function create({ core, namespace, pod: body }: Passing): Promise<void> {
  try {
    await core.createNamespacedPod({ namespace, body });
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    throw new PodTrouble(`The cluster refuses the pod: ${JSON.parse(error.body).message}`);
  }
}

async function untilFar(passing: Passing): Promise<void> {
  const { core, namespace, isFar, seconds, late } = passing;
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const pod = await core.readNamespacedPod({ namespace, name: nameOf(passing) });
    if (isFar(pod)) return;
    const said = statusesOf(pod.status)
      .map(hopeless)
      .find((one) => one !== undefined);
    if (said !== undefined || performance.now() >= deadline) {
      const why = said ?? unplaced([pod]) ?? late;
      throw new PodTrouble(`${why}\n${await explainPods(core, [pod])}`);
    }
    await new Promise((done) => setTimeout(done, POLL_MILLISECONDS));
  }
}

/** Until it is gone, so that the next one can have its name. */
async function remove(passing: Passing): Promise<void> {
  const { core, namespace } = passing;
  const name = nameOf(passing);
  try {
    await core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
    for (;;) {
      await core.readNamespacedPod({ namespace, name });
      await new Promise((done) => setTimeout(done, POLL_MILLISECONDS));
    }
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

const nameOf = ({ pod }: Passing): string => pod.metadata?.name ?? "";
