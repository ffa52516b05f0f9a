import type * as kubernetes from "@pulumi/kubernetes";

/**
 * How long a pod goes on serving after it was told to end: until every node and the ingress controller have
 * taken it out of their lists.
 */
const LEAVE_SECONDS = 8;

/** How a pod that serves requests ends. */
export function leaving(drainSeconds: number) {
  return {
    lifecycle: { preStop: { sleep: { seconds: LEAVE_SECONDS } } },
    graceSeconds: LEAVE_SECONDS + drainSeconds,
  };
}

/** Apart, on nodes and in zones, as far as there are any; the pods of each release by themselves. */
export function spread(
  matchLabels: Record<string, string>,
): kubernetes.types.input.core.v1.TopologySpreadConstraint[] {
  return ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels },
    matchLabelKeys: ["pod-template-hash"],
  }));
}
