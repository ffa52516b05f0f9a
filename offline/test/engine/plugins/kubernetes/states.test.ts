import { describe, expect, test } from "vitest";
import { claimState } from "../../../../plugins/kubernetes/await/claim-state.ts";
import { daemonSetState } from "../../../../plugins/kubernetes/await/daemon-set-state.ts";
import { deploymentState } from "../../../../plugins/kubernetes/await/deployment-state.ts";
import { ingressState } from "../../../../plugins/kubernetes/await/ingress-state.ts";
import { podState } from "../../../../plugins/kubernetes/await/pod-state.ts";
import { serviceState } from "../../../../plugins/kubernetes/await/service-state.ts";
import { Settling } from "../../../../plugins/kubernetes/await/settling.ts";
import { statefulSetState } from "../../../../plugins/kubernetes/await/stateful-set-state.ts";
import type { Properties } from "../plugin.ts";

const ownedBy = (uid: string) => ({ ownerReferences: [{ uid }] });

describe("A pod", () => {
  const condition = (type: string, status: string, more: Properties = {}) => ({
    type,
    status,
    ...more,
  });
  const started = [condition("PodScheduled", "True"), condition("Initialized", "True")];
  const unready = condition("Ready", "False", {
    reason: "ContainersNotReady",
    message: "containers with unready status: [main]",
  });
  const pod = (conditions: Properties[], container: Properties = {}) => ({
    metadata: { name: "web", namespace: "team" },
    status: { conditions, containerStatuses: [{ name: "main", ready: false, ...container }] },
  });

  test.each<[string, Properties, string]>([
    [
      "whose image cannot be had",
      { state: { waiting: { reason: "ErrImagePull", message: "no such image" } } },
      "[ErrImagePull] no such image",
    ],
    [
      "that ended",
      { state: { terminated: { reason: "Error", exitCode: 3 } } },
      'container "main" completed with exit code 3',
    ],
    [
      "that ended before",
      {
        lastState: {
          terminated: {
            reason: "Error",
            exitCode: 3,
            finishedAt: "2026-01-02T03:04:05Z",
            message: "out of luck",
          },
        },
      },
      'container "main" terminated at 2026-01-02T03:04:05Z (Error: exit code 3)\nout of luck',
    ],
    ["that is being created", { state: { waiting: { reason: "ContainerCreating" } } }, ""],
  ])("%s says so", (_, container, explanation) => {
    expect(podState(pod([...started, unready], container)).problems).toEqual([
      `[Pod team/web]: containers with unready status: [main]${explanation}`,
    ]);
  });

  test("that is done is ready", () => {
    const done = pod([...started, condition("Ready", "False", { reason: "PodCompleted" })]);
    expect(podState(done).isReady).toBe(false);
    const status = { ...done.status, phase: "Succeeded" };
    expect(podState({ ...done, status }).isReady).toBe(true);
  });
});

describe("A Deployment", () => {
  const conditions = (available: string, reason: string) => [
    { type: "Available", status: available, reason: "MinimumReplicas", message: "too few" },
    { type: "Progressing", status: "True", reason },
  ];
  const sight = (revision: string, status: Properties, readyReplicas: number) => ({
    deployment: {
      metadata: {
        name: "web",
        uid: "d",
        generation: 2,
        annotations: { "deployment.kubernetes.io/revision": revision },
      },
      spec: { template: { spec: { volumes: [{ persistentVolumeClaim: { claimName: "data" } }] } } },
      status: { observedGeneration: 2, ...status },
    },
    replicaSets: [
      {
        metadata: {
          uid: "r",
          annotations: { "deployment.kubernetes.io/revision": revision },
          ...ownedBy("d"),
        },
        spec: { replicas: 2 },
        status: { readyReplicas },
      },
    ],
    pods: [],
    claims: [{ metadata: { name: "data" }, status: { phase: "Bound" } }],
  });
  const rolledOut = conditions("True", "NewReplicaSetAvailable");

  test("is ready when all pods of its newest revision are", () => {
    expect(deploymentState(sight("2", { conditions: rolledOut }, 2)).isReady).toBe(true);
    expect(deploymentState(sight("2", { conditions: rolledOut }, 1))).toMatchObject({
      isReady: false,
      status: "Waiting for app ReplicaSet to be available (1/2 Pods available)",
      problems: [
        "Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live",
      ],
    });
  });

  test("is not ready before its controller has seen the update", () => {
    const before = sight("1", { conditions: rolledOut, observedGeneration: 1 }, 2);
    expect(deploymentState(before).isReady).toBe(false);
  });

  test("is not ready while its new pods are not all available, unless it is its first revision", () => {
    const progressing = conditions("True", "ReplicaSetUpdated");
    expect(deploymentState(sight("2", { conditions: progressing }, 2)).isReady).toBe(false);
    expect(deploymentState(sight("1", { conditions: progressing }, 2)).isReady).toBe(true);
  });

  test("says what its conditions say, and which claim is not bound", () => {
    const unbound = [{ metadata: { name: "data" }, status: { phase: "Pending" } }];
    const seen = { ...sight("1", { conditions: conditions("False", "x") }, 0), claims: unbound };
    expect(deploymentState(seen).problems).toEqual([
      "[MinimumReplicas] too few",
      'Failed to bind PersistentVolumeClaim(s): "data"',
      "Minimum number of live Pods was not attained",
    ]);
  });
});

describe("A StatefulSet", () => {
  const set = (status: Properties, updateStrategy = "RollingUpdate") => ({
    metadata: { generation: 2 },
    spec: { replicas: 2, updateStrategy: { type: updateStrategy } },
    status: { observedGeneration: 2, replicas: 2, readyReplicas: 2, ...status },
  });
  const done = { currentReplicas: 2, currentRevision: "b", updateRevision: "b" };

  test("is ready when its pods are, and are of the newest revision", () => {
    expect(statefulSetState(set(done), []).isReady).toBe(true);
    const rolling = {
      currentReplicas: 1,
      updatedReplicas: 1,
      currentRevision: "a",
      updateRevision: "b",
    };
    expect(statefulSetState(set(rolling), [])).toMatchObject({
      isReady: false,
      status: "[1/3] Waiting for StatefulSet update to roll out (1/2 Pods ready)",
      problems: [
        "1 out of 2 replicas succeeded readiness checks",
        'StatefulSet controller failed to advance from revision "a" to revision "b"',
      ],
    });
  });

  test("is not ready before its controller has seen the update", () => {
    expect(statefulSetState(set({ ...done, observedGeneration: 1 }), []).isReady).toBe(false);
  });

  test("whose pods are replaced by hand is ready with its old ones", () => {
    const old = { currentRevision: "a", updateRevision: "b" };
    expect(statefulSetState(set(old, "OnDelete"), []).isReady).toBe(true);
  });
});

test("A DaemonSet is ready when each of its nodes has a ready pod", () => {
  const counts = {
    desiredNumberScheduled: 2,
    currentNumberScheduled: 2,
    updatedNumberScheduled: 2,
    numberAvailable: 2,
  };
  const set = (numberReady: number, observedGeneration = 1) => ({
    metadata: { generation: 1 },
    status: { ...counts, observedGeneration, numberReady },
  });
  expect(daemonSetState(set(2)).isReady).toBe(true);
  expect(daemonSetState(set(1))).toMatchObject({ isReady: false, status: "Ready: 1/2" });
  expect(daemonSetState(set(2, 0)).isReady).toBe(false);
});

describe("A Service", () => {
  const service = (spec: Properties, status: Properties = {}) => ({
    metadata: { name: "web" },
    spec: { type: "ClusterIP", selector: { app: "web" }, ...spec },
    status,
  });
  const endpoints = (subset: Properties) => ({ subsets: [subset] });

  test("is ready when its endpoints have settled and none is pending", () => {
    const ready = { service: service({}), endpoints: endpoints({ addresses: [{}] }) };
    expect(serviceState({ ...ready, areEndpointsSettled: true }).isReady).toBe(true);
    expect(serviceState({ ...ready, areEndpointsSettled: false }).isReady).toBe(false);
    const pending = endpoints({ notReadyAddresses: [{}] });
    expect(serviceState({ ...ready, endpoints: pending, areEndpointsSettled: true })).toMatchObject(
      {
        isReady: false,
        problems: [expect.stringContaining("Service does not target any Pods")],
      },
    );
  });

  test.each([
    ["headless", { clusterIP: "None" }],
    ["a name elsewhere", { type: "ExternalName" }],
    ["without a selector", { selector: {} }],
  ])("that is %s needs no endpoints", (_, spec) => {
    const sight = { service: service(spec), endpoints: undefined, areEndpointsSettled: false };
    expect(serviceState(sight).isReady).toBe(true);
  });

  test("of the type LoadBalancer needs an address", () => {
    const seen = { endpoints: endpoints({ addresses: [{}] }), areEndpointsSettled: true };
    const without = service({ type: "LoadBalancer" });
    expect(serviceState({ ...seen, service: without }).problems).toEqual([
      "Service was not allocated an IP address; does your cloud provider support this?",
    ]);
    const status = { loadBalancer: { ingress: [{ ip: "172.30.0.9" }] } };
    expect(serviceState({ ...seen, service: { ...without, status } }).isReady).toBe(true);
  });
});

describe("An Ingress", () => {
  const backend = { service: { name: "web" } };
  const ingress = (ingresses: Properties[]) => ({
    spec: { rules: [{ host: "a.example", http: { paths: [{ path: "/", backend }] } }] },
    status: { loadBalancer: { ingress: ingresses } },
  });
  const web = { metadata: { name: "web" } };
  const nothing = { endpoints: [], services: [], areEndpointsSettled: false };

  test("is ready when it has an address and there is something behind it", () => {
    const seen = { ...nothing, ingress: ingress([{ ip: "172.30.0.9" }]) };
    expect(ingressState({ ...seen, endpoints: [web] }).isReady).toBe(true);
    expect(ingressState(seen)).toMatchObject({
      isReady: false,
      status: 'No matching service found for ingress rule: "a.example/" -> "web"',
      problems: ["Ingress has at least one rule with an unavailable target endpoint."],
    });
  });

  test("does not wait for ever for what is behind it", () => {
    const seen = { ...nothing, ingress: ingress([{ ip: "172.30.0.9" }]) };
    expect(ingressState({ ...seen, areEndpointsSettled: true }).isReady).toBe(true);
    const external = { ...web, spec: { type: "ExternalName" } };
    expect(ingressState({ ...seen, services: [external] }).isReady).toBe(true);
  });

  test("without an address says so", () => {
    expect(ingressState({ ...nothing, ingress: ingress([]), endpoints: [web] }).problems).toEqual([
      expect.stringContaining(".status.loadBalancer field was not updated"),
    ]);
  });
});

test("A claim is ready when it is bound, or is going to be by the first pod that uses it", () => {
  const claim = (phase: string) => ({ metadata: { name: "data" }, status: { phase } });
  const storageClass = { volumeBindingMode: "WaitForFirstConsumer" };
  const late = { volumeBindingMode: "Immediate" };
  expect(claimState({ claim: claim("Bound"), storageClass: undefined }).isReady).toBe(true);
  expect(claimState({ claim: claim("Pending"), storageClass }).isReady).toBe(true);
  expect(claimState({ claim: claim("Pending"), storageClass: late }).isReady).toBe(false);
});

test("What does not change for a while has settled, and a change begins the while anew", () => {
  let now = 0;
  const settling = new Settling(() => now);
  expect(settling.isSettled("1", 10)).toBe(false);
  now = 10_000;
  expect(settling.isSettled("1", 10)).toBe(true);
  expect(settling.isSettled("2", 10)).toBe(false);
});
