import { type Manifest, numberAt, textAt } from "../manifest.ts";
import { podState } from "./pod-state.ts";
import type { Progress } from "./progress.ts";

/** A StatefulSet is ready when all its pods are, and are of its newest revision. */
export function statefulSetState(set: Manifest, pods: readonly Manifest[]): Progress {
  const generation = numberAt(set, "metadata", "generation") ?? 0;
  const isObserved = (numberAt(set, "status", "observedGeneration") ?? -1) >= generation;
  const counts = isObserved ? countsOf(set, generation) : NOT_BEGUN;
  const isReady = counts.areReplicasReady && counts.isRevisionReady;
  return {
    isReady,
    live: set,
    status: isReady ? "StatefulSet initialization complete" : statusOf(counts, generation),
    problems: isReady
      ? []
      : [...problemsOf(counts), ...pods.flatMap((pod) => podState(pod).problems)],
  };
}

interface Counts {
  readonly wanted: number;
  readonly done: number;
  readonly areReplicasReady: boolean;
  readonly isRevisionReady: boolean;
  readonly currentRevision: string;
  readonly updateRevision: string;
}

const NOT_BEGUN: Counts = {
  wanted: 0,
  done: 0,
  areReplicasReady: false,
  isRevisionReady: false,
  currentRevision: "",
  updateRevision: "",
};

function countsOf(set: Manifest, generation: number): Counts {
  const status = (name: string) => numberAt(set, "status", name) ?? 0;
  const wanted = numberAt(set, "spec", "replicas") ?? 0;
  const ready = status("readyReplicas");
  const allReady = wanted === status("replicas") && wanted === ready;
  const revisions = {
    currentRevision: textAt(set, "status", "currentRevision"),
    updateRevision: textAt(set, "status", "updateRevision"),
  };
  // Pods of such a set stay of the old revision until somebody deletes them.
  if (generation > 1 && textAt(set, "spec", "updateStrategy", "type") === "OnDelete") {
    return { wanted, done: ready, areReplicasReady: allReady, isRevisionReady: true, ...revisions };
  }
  const isRevisionReady =
    revisions.currentRevision !== "" && revisions.currentRevision === revisions.updateRevision;
  return {
    wanted,
    done: isRevisionReady ? ready : Math.min(ready, status("updatedReplicas")),
    areReplicasReady: allReady && wanted === status("currentReplicas"),
    isRevisionReady,
    ...revisions,
  };
}

function statusOf({ done, wanted, areReplicasReady }: Counts, generation: number): string {
  if (generation <= 1) {
    return `[1/2] Waiting for StatefulSet to create Pods (${done}/${wanted} Pods ready)`;
  }
  return areReplicasReady
    ? "[2/3] Waiting for StatefulSet to update .status.currentRevision"
    : `[1/3] Waiting for StatefulSet update to roll out (${done}/${wanted} Pods ready)`;
}

function problemsOf(counts: Counts): string[] {
  const { done, wanted, currentRevision, updateRevision } = counts;
  return [
    ...(counts.areReplicasReady
      ? []
      : [`${done} out of ${wanted} replicas succeeded readiness checks`]),
    ...(counts.isRevisionReady
      ? []
      : [
          "StatefulSet controller failed to advance from revision " +
            `"${currentRevision}" to revision "${updateRevision}"`,
        ]),
  ];
}
