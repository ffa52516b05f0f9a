import type * as kubernetes from "@pulumi/kubernetes";

/**
 * How long a pod goes on serving after it was told to end: until every node and the ingress controller have
 * taken it out of their lists.
 */
const LEAVE_SECONDS = 8;

/**
 * The same where a load balancer is in front: a cloud asks nodes now and then whether they have a pod that
 * stays. At Google every 8 seconds, and it believes the third no.
 *
 * @see https://github.com/kubernetes/cloud-provider-gcp/blob/master/providers/gce/gce_healthchecks.go
 */
export const LEAVE_BALANCER_SECONDS = 30;

/** How long pods of Nginx, or of a process of the app, may take to get further: a node may have to be found, and the image to get there. */
export const PROGRESS_SECONDS = 300;

/** For a Service, which else waits for pods that may not come: what they belong to says so, and why. */
export const SKIP_AWAIT = { "pulumi.com/skipAwait": "true" };

/** How a pod that serves requests ends. */
export function gracefulShutdown(drainSeconds: number, leaveSeconds = LEAVE_SECONDS) {
  return {
    lifecycle: { preStop: { sleep: { seconds: leaveSeconds } } },
    graceSeconds: leaveSeconds + drainSeconds,
  };
}

/** Apart, on nodes and in zones, as far as there are any; the pods of each release by themselves. */
export function spreadAcrossNodes(
  matchLabels: Record<string, string>,
): Pick<kubernetes.types.input.core.v1.PodSpec, "affinity" | "topologySpreadConstraints"> {
  const those = {
    labelSelector: { matchLabels },
    matchLabelKeys: ["pod-template-hash"],
  };
  const term = { topologyKey: "kubernetes.io/hostname", ...those };
  return {
    // Spreading alone gives way to a node that has the image.
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }],
      },
    },
    topologySpreadConstraints: [
      {
        topologyKey: "topology.kubernetes.io/zone",
        maxSkew: 1,
        whenUnsatisfiable: "ScheduleAnyway",
        ...those,
      },
    ],
  };
}
