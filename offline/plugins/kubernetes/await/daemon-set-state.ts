import { type Manifest, numberAt } from "../manifest.ts";
import type { Progress } from "./progress.ts";

/** A DaemonSet is ready when every node that it is for has a ready pod of its newest template. */
export function daemonSetState(set: Manifest): Progress {
  const unmet = unmetOf(set);
  const wanted = numberAt(set, "status", "desiredNumberScheduled");
  return {
    isReady: unmet === undefined,
    live: set,
    status: unmet ?? `All replicas scheduled as expected. Replicas: ${wanted}`,
    problems: [],
  };
}

function unmetOf(set: Manifest): string | undefined {
  const generation = numberAt(set, "metadata", "generation");
  const observed = numberAt(set, "status", "observedGeneration");
  if (observed !== generation) {
    return `DaemonSet generation is ${generation}, but latest observed generation is ${observed ?? 0}`;
  }
  const wanted = numberAt(set, "status", "desiredNumberScheduled");
  if (wanted === undefined) {
    return "Missing .status.desiredNumberScheduled";
  }
  const counts = [
    ["Current", "currentNumberScheduled"],
    ["Updated", "updatedNumberScheduled"],
    ["Available", "numberAvailable"],
    ["Ready", "numberReady"],
  ] as const;
  const short = counts
    .map(([name, field]) => ({ name, count: numberAt(set, "status", field) ?? 0 }))
    .find(({ count }) => count < wanted);
  return short && `${short.name}: ${short.count}/${wanted}`;
}
