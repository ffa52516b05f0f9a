import {
  ApiException,
  type CoreV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
} from "@kubernetes/client-node";
import { until } from "../../e2e/until.ts";

const EVICTED_SECONDS = 180;

/** Empties a node of a namespace's pods as `kubectl drain` does, and lets nothing new on it. */
export async function drain(core: CoreV1Api, node: string, namespace: string): Promise<void> {
  await setUnschedulable(core, node, true);
  const here = async () => {
    const fieldSelector = `spec.nodeName=${node},status.phase=Running`;
    return (await core.listNamespacedPod({ namespace, fieldSelector })).items;
  };
  await until(
    async () => {
      const pods = await here();
      await Promise.all(pods.filter(isStaying).map((pod) => evict(core, pod)));
      return pods.length === 0;
    },
    `${node} is empty`,
    EVICTED_SECONDS,
  );
}

/** Takes a node into use again. */
export async function uncordon(core: CoreV1Api, node: string): Promise<void> {
  await setUnschedulable(core, node, false);
}

const isStaying = ({ metadata }: V1Pod) => metadata?.deletionTimestamp === undefined;

async function evict(core: CoreV1Api, { metadata }: V1Pod): Promise<void> {
  const where = { namespace: metadata?.namespace ?? "", name: metadata?.name ?? "" };
  try {
    await core.createNamespacedPodEviction({ ...where, body: { metadata: where } });
  } catch (error) {
    // Its disruption budget has no place for it yet, or it is gone.
    if (!(error instanceof ApiException) || ![404, 429].includes(error.code)) throw error;
  }
}

async function setUnschedulable(core: CoreV1Api, name: string, is: boolean): Promise<void> {
  await core.patchNode(
    { name, body: { spec: { unschedulable: is } } },
    setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
  );
}
