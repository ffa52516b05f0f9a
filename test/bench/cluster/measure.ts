import type { CoreV1Api, V1Pod } from "@kubernetes/client-node";
import { until } from "../../e2e/until.ts";
import { REPLICAS } from "./bench-stack.ts";

export interface MeasuredRollOut {
  /** From the beginning of the command until all pods that serve are of the new image. Seconds. */
  readonly pods: number;
  /** From the beginning of the command to its end. */
  readonly command: number;
}

/** Puts an image in the place of another one, and watches the app's pods meanwhile. */
export async function measureRollOut(
  core: CoreV1Api,
  namespace: string,
  image: string,
  release: () => Promise<void>,
): Promise<MeasuredRollOut> {
  const began = performance.now();
  const since = () => (performance.now() - began) / 1000;
  const command = release().then(since);
  const labelSelector = "slipway.role=web";
  const rolledOut = until(
    async () => {
      const { items } = await core.listNamespacedPod({ namespace, labelSelector });
      return areAllOf(image, items);
    },
    `all pods in ${namespace} are of ${image}`,
    600,
  ).then(since);
  // A command that fails ends it, before the pods are given up.
  const [ended, pods] = await Promise.all([command, rolledOut]);
  return { pods, command: ended };
}

function areAllOf(image: string, pods: readonly V1Pod[]): boolean {
  const staying = pods.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  return (
    staying.length === REPLICAS &&
    staying.every(
      ({ spec, status }) =>
        spec?.containers[0]?.image === image &&
        status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
    )
  );
}

/** How long something takes, in seconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
