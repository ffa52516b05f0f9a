import type {
  V1Container,
  V1ContainerStatus,
  V1DeploymentCondition,
  V1Pod,
  V1PodStatus,
} from "@kubernetes/client-node";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  hopeless,
  lacksShell,
  ofImages,
  RolloutFailureWatch,
  refusal,
} from "../../../../../components/kubernetes/steps/rollout-failure.ts";
import { TransientFailures } from "../../../../../components/kubernetes/steps/transient-failures.ts";

const IMAGE = "registry.example/team/app:1.2.3";

/** A container as its kubelet reports it; without more, it runs and is not ready. */
const container = (status: Partial<V1ContainerStatus> = {}): V1ContainerStatus => ({
  name: "app",
  ready: false,
  restartCount: 0,
  image: IMAGE,
  imageID: "",
  ...(status.state === undefined ? { state: { running: {} }, containerID: "containerd://1" } : {}),
  ...status,
});
const waiting = (reason: string, message?: string, status: Partial<V1ContainerStatus> = {}) =>
  container({ ...status, state: { waiting: { reason, ...(message && { message }) } } });
/** One that ended, and waits for its next start. */
const crashed = (restartCount: number, exitCode: number, end: object = {}, name = "app") =>
  waiting("CrashLoopBackOff", "back-off 10s restarting failed container", {
    name,
    restartCount,
    lastState: { terminated: { exitCode, ...end } },
  });
const ran = (name: string) =>
  container({
    ...{ name, ready: true },
    state: { terminated: { exitCode: 0, reason: "Completed" } },
  });

const podWith = (...containerStatuses: V1ContainerStatus[]): V1Pod => ({
  status: { phase: "Pending", containerStatuses },
});
/** @param first containers that run before the app, or beside it as sidecars. */
const podAfter = (...first: V1ContainerStatus[]): V1Pod => ({
  status: {
    initContainerStatuses: first,
    containerStatuses: [waiting("PodInitializing")],
  },
});
const podThatIs = (status: V1PodStatus): V1Pod => ({ status });
const unscheduled = (message: string) =>
  podThatIs({
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }],
  });

const refused = (message: string): V1DeploymentCondition => ({
  ...{ type: "ReplicaFailure", status: "True", reason: "FailedCreate" },
  message,
});
const late = {
  ...{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" },
  message: 'ReplicaSet "web-1" has timed out progressing.',
};
const progressing = {
  ...{ type: "Progressing", status: "True", reason: "ReplicaSetUpdated" },
  message: 'ReplicaSet "web-1" is progressing.',
};

const verdict = (pods: readonly V1Pod[], ...conditions: V1DeploymentCondition[]) =>
  new RolloutFailureWatch().troubleOf({ status: { conditions } }, pods);

const NO_ROOM =
  "0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available.";
const PROXY = "database-proxy";

describe("A roll-out has hope", () => {
  test.each<[string, V1Pod]>([
    ["while an image was refused once (ErrImagePull)", podWith(waiting("ErrImagePull", "503"))],
    ["while a pod waits for its containers", podWith(waiting("ContainerCreating"))],
    ["while a container runs first", podAfter(container({ name: "files" }))],
    ["after a container that runs first is done", podAfter(ran("files"))],
    ["while a sidecar runs, not ready yet", podAfter(container({ name: PROXY }))],
    ["while the app runs, not ready yet", podWith(container())],
    [
      "while the app has just ended",
      podWith(container({ state: { terminated: { exitCode: 1 } } })),
    ],
    ["when the app waits after its first end", podWith(crashed(0, 1))],
    ["when the app waits after its second end", podWith(crashed(1, 1))],
    ["when the app runs again after two ends", podWith(container({ restartCount: 2 }))],
    ["when a container that runs first waits after two ends", podAfter(crashed(1, 1, {}, "files"))],
    [
      "when a sidecar runs again after two ends",
      podAfter(container({ name: PROXY, restartCount: 2 })),
    ],
    [
      "when the app is ready, however often it ended",
      podWith(container({ restartCount: 9, ready: true })),
    ],
    ["while no node takes its pod, which a scaler may mend", unscheduled(NO_ROOM)],
    ["while its pod is scheduled and nothing is said of it", podThatIs({ phase: "Pending" })],
    ["while a pod has no status at all", {}],
    [
      "when a pod was evicted, which another one follows",
      podThatIs({ phase: "Failed", reason: "Evicted" }),
    ],
  ])("%s", (_, pod) => {
    expect(verdict([pod], progressing)).toBeUndefined();
  });

  test("while it has no pods, and the cluster says nothing", () => {
    expect(verdict([])).toBeUndefined();
    expect(new RolloutFailureWatch().troubleOf({}, [])).toBeUndefined();
  });

  test("when the cluster takes the pods again that it refused", () => {
    expect(verdict([], { ...refused("exceeded quota: small"), status: "False" })).toBeUndefined();
  });

  test("while it is late for another reason than its deadline", () => {
    expect(verdict([], { ...late, reason: "DeploymentPaused" })).toBeUndefined();
  });
});

const HOPELESS: readonly (readonly [reason: string, message: string])[] = [
  ["ImagePullBackOff", `Back-off pulling image "${IMAGE}"`],
  ["InvalidImageName", `Failed to apply default image tag "${IMAGE}:": couldn't parse image name`],
  ["ErrImageNeverPull", `Container image "${IMAGE}" is not present with pull policy of Never`],
  ["CreateContainerConfigError", 'secret "secrets-1a2b3c" not found'],
  ["CreateContainerError", "container has runAsNonRoot and image will run as root"],
  ["RunContainerError", 'exec: "/bin/sh": stat /bin/sh: no such file or directory'],
];

describe("A roll-out is hopeless, and says why,", () => {
  test.each(HOPELESS)("where a kubelet reports %s", (reason, message) => {
    expect(verdict([podWith(waiting(reason, message))])).toBe(`${reason}: ${message}`);
  });

  test("where a kubelet has no words for its reason: the image is named", () => {
    expect(verdict([podWith(waiting("InvalidImageName"))])).toBe(`InvalidImageName: ${IMAGE}`);
  });

  test.each(HOPELESS)(
    "where a container that runs first, or a sidecar, has %s",
    (reason, message) => {
      const pod = podAfter(ran("files"), waiting(reason, message, { name: PROXY }));
      expect(verdict([pod])).toBe(`${reason}: ${message}`);
    },
  );

  test("where one of several pods has no hope", () => {
    const good = podWith(container({ ready: true }));
    expect(verdict([good, {}, podWith(waiting("InvalidImageName", "no"))])).toBe(
      "InvalidImageName: no",
    );
  });

  test.each<[string, V1Pod, string]>([
    [
      "when the app waits after its third end",
      podWith(crashed(2, 1)),
      "The app ended before it was healthy, with exit code 1.",
    ],
    [
      "when the app runs again after three ends",
      podWith(container({ restartCount: 3, lastState: { terminated: { exitCode: 2 } } })),
      "The app ended before it was healthy, with exit code 2.",
    ],
    [
      "when the app has just ended for the third time",
      podWith(
        container({
          restartCount: 2,
          state: { terminated: { exitCode: 3 } },
          lastState: { terminated: { exitCode: 9 } },
        }),
      ),
      "The app ended before it was healthy, with exit code 3.",
    ],
    [
      "when it ends again and again without an error",
      podWith(crashed(4, 0, { reason: "Completed" })),
      "The app ended before it was healthy, with exit code 0.",
    ],
    [
      "when nobody knows how it ended",
      podWith(container({ restartCount: 3 })),
      "The app ended before it was healthy.",
    ],
    [
      "when a container that runs first ends again and again",
      podAfter(crashed(2, 1, {}, "files")),
      "The container files ended before it was healthy, with exit code 1.",
    ],
    [
      "when a sidecar ends again and again",
      podAfter(ran("files"), crashed(3, 1, {}, PROXY)),
      `The container ${PROXY} ended before it was healthy, with exit code 1.`,
    ],
    [
      "when the app needs more than its memory",
      podWith(crashed(2, 137, { reason: "OOMKilled" })),
      "The app ended before it was healthy, with exit code 137. It was killed because it needed more than its memory: `pulumi config set memory MIB`.",
    ],
    [
      "when a sidecar needs more than its memory, which no setting has",
      podAfter(crashed(2, 137, { reason: "OOMKilled" }, PROXY)),
      `The container ${PROXY} ended before it was healthy, with exit code 137.`,
    ],
    [
      "when the app writes where it can't (Node)",
      podWith(crashed(2, 1, { message: "Error: EROFS: read-only file system, open '/data'" })),
      "The app ended before it was healthy, with exit code 1. It can write to /tmp alone. To let it write everywhere: `pulumi config set readOnlyRoot false`.",
    ],
    [
      "when the app writes where it can't (Java)",
      podWith(crashed(2, 1, { message: "java.io.IOException: Read-only filesystem" })),
      "The app ended before it was healthy, with exit code 1. It can write to /tmp alone. To let it write everywhere: `pulumi config set readOnlyRoot false`.",
    ],
    [
      "when the app says another reason in its log",
      podWith(crashed(2, 1, { message: "no such table: users" })),
      "The app ended before it was healthy, with exit code 1.",
    ],
  ])("%s", (_, pod, said) => {
    expect(verdict([pod], progressing)).toBe(said);
  });

  test.each([
    ["by its deadline", [podWith(container())], `The pods did not get ready: ${late.message}`],
    ["by its deadline, without a pod", [], `The pods did not get ready: ${late.message}`],
    [
      "by its deadline, as no node takes the pods",
      [podWith(container()), unscheduled(NO_ROOM)],
      `No node takes the pods: ${NO_ROOM} (slipway:cpu, slipway:memory, slipway:replicas)`,
    ],
  ])("%s", (_, pods, said) => {
    expect(verdict(pods, progressing, late)).toBe(said);
  });

  test("by its deadline, and not by a pod that has its node", () => {
    const pod = podThatIs({
      conditions: [
        { type: "PodScheduled", status: "True" },
        { type: "Ready", status: "False", message: "no" },
      ],
    });
    expect(verdict([pod], late)).toBe(`The pods did not get ready: ${late.message}`);
  });

  test("by its pod, when its deadline is over too", () => {
    expect(verdict([podWith(crashed(2, 1))], late)).toMatch(/^The app ended/);
  });
});

describe("Pods that the cluster refuses end a roll-out at once,", () => {
  test("by a quota, with the lines to type", () => {
    const message =
      'pods "web-1" is forbidden: exceeded quota: small.one, requested: pods=1, used: pods=3';
    expect(verdict([podWith(container())], refused(message))).toBe(
      `The cluster refuses the pods: ${message}. Have the quota raised (\`kubectl edit resourcequota ` +
        "small.one` in the stack's namespace), or take less: `pulumi config set` replicas, cpu or memory.",
    );
  });

  test.each([
    'pods "web-1" is forbidden: maximum memory usage per Container is 256Mi, but limit is 512Mi',
    'pods "web-1" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
    'admission webhook "validate.kyverno.svc-fail" denied the request: image is not signed',
    'pods "web-1" is forbidden: error looking up service account shop/app: serviceaccount "app" not found',
  ])("in the cluster's own words: %s", (message) => {
    expect(verdict([], refused(message))).toBe(`The cluster refuses the pods: ${message}`);
  });

  test("also one pod alone", () => {
    expect(refusal("pod", "no such account")).toBe("The cluster refuses the pod: no such account");
  });
});

describe("A failure that may pass has two minutes,", () => {
  const backOff = (said: string) =>
    waiting("ImagePullBackOff", `Back-off pulling image "${IMAGE}": ErrImagePull: ${said}`);
  const pulls = [
    "rpc error: code = Unknown desc = failed to pull and unpack image: unexpected status code 429 Too Many Requests",
    "toomanyrequests: You have reached your pull rate limit",
    "failed to do request: Head: unexpected status from HEAD request: 503 Service Unavailable",
    "failed to do request: dial tcp 10.0.0.1:443: i/o timeout",
    "dial tcp 10.0.0.1:443: connect: connection refused",
    "net/http: TLS handshake timeout",
    "lookup registry.example on 10.96.0.10:53: server misbehaving",
  ];
  const refusals = [
    'Internal error occurred: failed calling webhook "validate.kyverno.svc-fail": Post: no endpoints available for service "kyverno"',
    'Internal error occurred: failed calling webhook "pods.istio.io": context deadline exceeded',
  ];
  const over = (watch: () => string | undefined) => {
    vi.useFakeTimers();
    const seen = [watch()];
    vi.advanceTimersByTime(119_000);
    seen.push(watch());
    vi.advanceTimersByTime(1_000);
    return [...seen, watch()];
  };
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each(pulls)("as one of a registry: %s", (said) => {
    const watch = new RolloutFailureWatch();
    const pod = podAfter(ran("files"), { ...backOff(said), name: PROXY });
    const result = over(() => watch.troubleOf({}, [pod]));
    expect(result).toEqual([undefined, undefined, expect.stringContaining(said)]);
  });

  test.each(refusals)("as one of the API server: %s", (said) => {
    const watch = new RolloutFailureWatch();
    const status = { conditions: [refused(said)] };
    const result = over(() => watch.troubleOf({ status }, []));
    expect(result).toEqual([undefined, undefined, `The cluster refuses the pods: ${said}`]);
  });

  test.each([
    'failed to resolve reference "registry.example/team/app:1.2.3": not found',
    'failed to resolve reference "registry.example:500/team/app:429": not found',
    "pull access denied, repository does not exist or may require authorization: 403 Forbidden",
    "failed to authorize: failed to fetch oauth token: 401 Unauthorized",
    'failed to resolve reference "registry.example/team/timeout-worker:1": not found',
    "lookup registry.exmaple on 10.96.0.10:53: no such host",
  ])("and one that does not pass has none: %s", (said) => {
    expect(verdict([podWith(backOff(said))])).toContain(said);
  });
});

test("A program that is called timeout and is not there fails a release at once", () => {
  const said = 'exec: "timeout": executable file not found in $PATH';
  expect(verdict([podWith(waiting("RunContainerError", said))])).toContain(said);
});

describe("An app that does not answer", () => {
  const probe = {
    httpGet: { path: "/readyz", port: 3000 },
    failureThreshold: 30,
    periodSeconds: 2,
  };
  const spec = (more: Partial<V1Container> = { startupProbe: probe }) => ({
    containers: [{ name: "app", ports: [{ containerPort: 3000 }], ...more }],
  });
  const later = (seconds: number, pod: V1Pod, watch = new RolloutFailureWatch()) => {
    const first = watch.troubleOf({}, [pod]);
    vi.advanceTimersByTime(seconds * 1000);
    return first ?? watch.troubleOf({}, [pod]);
  };
  const running = (status: Partial<V1ContainerStatus> = {}): V1Pod => ({
    spec: spec(),
    ...podWith(container(status)),
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  test("has the time of its probe, and 2 seconds more", () => {
    vi.useFakeTimers();
    expect(later(61.9, running())).toBeUndefined();
    expect(later(62, running())).toBe(
      "The app was not healthy within 60 seconds: it must listen on 0.0.0.0, port 3000, and answer /readyz " +
        "below 400 (slipway:healthSeconds, slipway:appPort, slipway:healthPath).",
    );
  });

  test("has its time again when it was started again", () => {
    vi.useFakeTimers();
    const watch = new RolloutFailureWatch();
    expect(later(61, running(), watch)).toBeUndefined();
    const again = running({ containerID: "containerd://2", restartCount: 1 });
    expect(later(61, again, watch)).toBeUndefined();
    expect(later(1, again, watch)).toContain("not healthy within 60 seconds");
  });

  test.each<[string, V1Pod]>([
    ["when it is ready", running({ ready: true })],
    ["while it does not run", running({ state: { waiting: { reason: "ContainerCreating" } } })],
    ["when it has no probe", { ...running(), spec: spec({}) }],
    ["when it is a sidecar", { ...running({ name: PROXY }) }],
  ])("is no trouble %s", (_, pod) => {
    vi.useFakeTimers();
    expect(later(1000, pod)).toBeUndefined();
  });

  test("has a second for each try of a probe that names no period", () => {
    vi.useFakeTimers();
    const { periodSeconds: _, ...everySecond } = probe;
    const pod = { ...running(), spec: spec({ startupProbe: everySecond }) };
    expect(later(31, pod)).toBeUndefined();
    expect(later(32, pod)).toContain("not healthy within 30 seconds");
  });
});

describe("An image without a shell", () => {
  const message = 'exec: "/bin/sh": stat /bin/sh: no such file or directory: unknown';
  test.each<[string, V1ContainerStatus, boolean]>([
    ["is known while its container waits", waiting("RunContainerError", message), true],
    [
      "is known when it has ended",
      container({ state: { terminated: { exitCode: 128, message } } }),
      true,
    ],
    [
      "is known when it waits after it has ended",
      container({
        state: { waiting: { reason: "CrashLoopBackOff" } },
        lastState: { terminated: { exitCode: 128, message } },
      }),
      true,
    ],
    [
      "is not confused with one that lacks another file",
      waiting("RunContainerError", 'exec: "/app": no such file'),
      false,
    ],
    [
      "is not confused with one whose shell may not be run",
      waiting("RunContainerError", 'exec: "/bin/sh": permission denied'),
      false,
    ],
    ["is not seen in one that runs", container(), false],
  ])("%s", (_, status, lacking) => {
    expect(lacksShell(status)).toBe(lacking);
  });
});

test("A container that runs, or that has ended, is not hopeless by itself", () => {
  for (const one of [container(), ran("files")]) {
    expect(hopeless(podWith(one), one, new TransientFailures())).toBeUndefined();
  }
});

test("The setting of an image is named for Slipway's own, and not for the app's", () => {
  expect(ofImages("nginx")).toBe("The image is `nginx` of slipway:images.\n");
  expect(ofImages(undefined)).toBe("");
});
