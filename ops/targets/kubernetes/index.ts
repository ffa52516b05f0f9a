import type { V1Pod } from "@kubernetes/client-node";
import { PROGRESS_SECONDS } from "../../../components/kubernetes/pod-life.ts";
import { isPodReady } from "../../../components/kubernetes/steps/pods.ts";
import { ReleaseHistory } from "../../../components/kubernetes/steps/release-history.ts";
import type { Part, Target } from "../target.ts";
import { showLogs } from "./logs.ts";
import { isInMaintenance, setMaintenance } from "./maintenance.ts";
import { containersOf, Namespace, nameOf, reached } from "./namespace.ts";
import { objects } from "./objects.ts";
import { psql, runOnce } from "./one-off.ts";
import { otherStacks } from "./other-stacks.ts";
import { type AskedOfCluster, missingFile, wrongAnswer } from "./outside.ts";
import { untilDown } from "./until-down.ts";

/**
 * A stack in a cluster.
 *
 * @param kubeconfig its text.
 * @param asked what the live release was verified by, as the state has it.
 */
export function kubernetesTarget(
  stack: string,
  kubeconfig: string,
  name: string,
  asked?: AskedOfCluster,
): Target {
  const namespace = new Namespace(kubeconfig, name);
  return {
    startSeconds: PROGRESS_SECONDS,
    things: () => objects(namespace, stack),
    hasVolume: (claim) => hasClaim(namespace, claim),
    others: () => otherStacks(namespace, stack),
    untilDown: () => untilDown(namespace, stack),
    // Nothing is built in a cluster.
    removeBuilds: async () => {},
    releases: () => reached(() => new ReleaseHistory(namespace.core, name).releases()),
    // It is on no volume.
    restoreReleases: async () => 0,
    parts: async () => (await namespace.pods()).filter((pod) => roleOf(pod) !== "step").map(partOf),
    wrongAnswer: () => wrongAnswer(stack, namespace, asked),
    missingFile: () => missingFile(namespace, asked),
    logs: (options) => showLogs(stack, namespace, options),
    run: (command) => runOnce(namespace, command),
    psql: (args) => psql(namespace, args),
    setMaintenance: (on) => setMaintenance(namespace, stack, on),
    isInMaintenance: () => isInMaintenance(namespace),
  };
}

async function hasClaim({ core, name }: Namespace, claim: string): Promise<boolean> {
  const of = { namespace: name, fieldSelector: `metadata.name=${claim}` };
  const { items } = await reached(() => core.listNamespacedPersistentVolumeClaim(of));
  return items.some(({ metadata }) => metadata?.deletionTimestamp === undefined);
}

const roleOf = ({ metadata }: V1Pod) => metadata?.labels?.["slipway.role"] ?? "";

function partOf(pod: V1Pod): Part {
  const restarts = containersOf(pod).reduce((sum, { restartCount }) => sum + restartCount, 0);
  const waiting = containersOf(pod).find(({ state }) => state?.waiting !== undefined)?.state;
  const state = waiting?.waiting?.reason ?? pod.status?.phase ?? "Unknown";
  return {
    role: roleOf(pod),
    name: nameOf(pod),
    version: pod.metadata?.labels?.["slipway.release"] ?? "",
    state: `${state}${restarts === 0 ? "" : `, ${restarts} restarts`} on ${pod.spec?.nodeName ?? "no node"}`,
    isRunning: isPodReady(pod),
  };
}
