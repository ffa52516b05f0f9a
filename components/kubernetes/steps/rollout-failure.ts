import type {
  V1Container,
  V1ContainerStateTerminated,
  V1ContainerStatus,
  V1Deployment,
  V1Pod,
  V1PodStatus,
} from "@kubernetes/client-node";
import { FirstSeen } from "./first-seen.ts";
import { TransientFailures } from "./transient-failures.ts";

/** How often a container may end before it is ready: one that ended twice may yet find what it waits for. */
const ENDS_ALLOWED = 2;
/** For a probe that was right in time to be heard of. */
const HEARSAY_SECONDS = 2;
/** What a kubelet does not get over by itself, or says only after it has tried several times. */
const HOPELESS = new Set([
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
]);

/**
 * Says why a roll-out will not end well, as soon as that can be said. How long an app is not healthy is
 * measured here: the kubelet waits longer for one that does not answer its probes at all, and the clocks
 * of a cluster and of this machine may differ.
 */
export class RolloutFailureWatch {
  /** Each run of a container. */
  readonly #firstSeen = new FirstSeen();
  readonly #transient = new TransientFailures();

  troubleOf({ status }: Pick<V1Deployment, "status">, pods: readonly V1Pod[]): string | undefined {
    const condition = (type: string, reason?: string) =>
      status?.conditions?.find((one) => one.type === type && (reason ?? one.reason) === one.reason);
    const refused = condition("ReplicaFailure");
    if (refused?.status === "True" && !this.#transient.mayPass("pods", refused.message ?? "")) {
      return refusal("pods", refused.message ?? "");
    }
    for (const pod of pods) {
      const trouble = this.#ofPod(pod);
      if (trouble !== undefined) return trouble;
    }
    const late = condition("Progressing", "ProgressDeadlineExceeded");
    return late === undefined
      ? undefined
      : (unplaced(pods) ?? `The pods did not get ready: ${late.message}`);
  }

  #ofPod(pod: V1Pod): string | undefined {
    for (const status of statusesOf(pod.status)) {
      const trouble =
        hopeless(pod, status, this.#transient) ?? ending(status) ?? this.#late(pod, status);
      if (trouble !== undefined) return trouble;
    }
    return undefined;
  }

  #late(pod: V1Pod, { containerID, name, ready, state }: V1ContainerStatus): string | undefined {
    const container = pod.spec?.containers.find((one) => one.name === name);
    const seconds = allowed(container);
    if (ready || state?.running === undefined || seconds === undefined) return undefined;
    const since = this.#firstSeen.secondsSince(containerID ?? "");
    if (since < seconds + HEARSAY_SECONDS) return undefined;
    const { path } = container?.startupProbe?.httpGet ?? {};
    const port = container?.ports?.[0]?.containerPort;
    return (
      `The app was not healthy within ${seconds} seconds: it must listen on 0.0.0.0, port ${port}, ` +
      `and answer ${path} below 400 (slipway:healthSeconds, slipway:appPort, slipway:healthPath).`
    );
  }
}

/** Of all that run in a pod, those that run first included. */
export const statusesOf = (status: V1PodStatus | undefined): readonly V1ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

/** @param transient knows since when each has failed that may yet start. */
export function hopeless(
  { metadata }: V1Pod,
  { name, state, image }: V1ContainerStatus,
  transient: TransientFailures,
): string | undefined {
  const { reason, message } = state?.waiting ?? {};
  if (reason === undefined || !HOPELESS.has(reason)) return undefined;
  if (transient.mayPass(`${metadata?.uid} ${name}`, message ?? "")) return undefined;
  return `${reason}: ${message ?? image}`;
}

/** Whether it could not be started because its image has no shell. */
export function lacksShell({ state, lastState }: V1ContainerStatus): boolean {
  const said = [
    state?.waiting?.message,
    state?.terminated?.message,
    lastState?.terminated?.message,
  ].join(" ");
  return /"\/bin\/sh".*no such file/s.test(said);
}

/** Where the image of one of Slipway's own parts is set; empty for one of the app. */
export const ofImages = (setting: string | undefined) =>
  setting === undefined ? "" : `The image is \`${setting}\` of slipway:images.\n`;

function ending({
  name,
  ready,
  restartCount,
  state,
  lastState,
}: V1ContainerStatus): string | undefined {
  // While it waits to be started again, it has ended once more than it was restarted.
  const ended = restartCount + (state?.running === undefined && restartCount > 0 ? 1 : 0);
  if (ready || ended <= ENDS_ALLOWED) return undefined;
  const end = state?.terminated ?? lastState?.terminated;
  const code = end?.exitCode;
  const who = name === "app" ? "The app" : `The container ${name}`;
  const hint = name === "app" ? limitReached(end) : "";
  return `${who} ended before it was healthy${code === undefined ? "" : `, with exit code ${code}`}.${hint}`;
}

/** Which limit may be the reason; the message is the end of its log. */
function limitReached(end: V1ContainerStateTerminated | undefined): string {
  if (end?.reason === "OOMKilled") {
    return " It was killed because it needed more than its memory: `pulumi config set memory MIB`.";
  }
  return /read-only file ?system|EROFS/i.test(end?.message ?? "")
    ? " It can write to /tmp alone. To let it write everywhere: `pulumi config set readOnlyRoot false`."
    : "";
}

/** Seconds that the probe gives an app to start. */
function allowed(container: V1Container | undefined): number | undefined {
  const { failureThreshold, periodSeconds = 1 } = container?.startupProbe ?? {};
  return failureThreshold === undefined ? undefined : failureThreshold * periodSeconds;
}

/** What the API server says of pods that it does not let in. */
export function refusal(what: "pod" | "pods", message: string): string {
  const quota = /exceeded quota: ([\w.-]+)/.exec(message)?.[1];
  const mend =
    quota === undefined
      ? ""
      : ` Have the quota raised (\`kubectl edit resourcequota ${quota}\` in the stack's namespace), or ` +
        "take less: `pulumi config set` replicas, cpu or memory.";
  return `The cluster refuses the ${what}: ${message}${mend === "" ? "" : `.${mend}`}`;
}

/** @param settings those by which the pods take less. */
export function unplaced(
  pods: readonly V1Pod[],
  settings = "slipway:cpu, slipway:memory, slipway:replicas",
): string | undefined {
  const conditions = pods.flatMap(({ status }) => status?.conditions ?? []);
  const unscheduled = conditions.find(
    ({ type, status }) => type === "PodScheduled" && status === "False",
  );
  return unscheduled === undefined
    ? undefined
    : `No node takes the pods: ${unscheduled.message} (${settings})`;
}
