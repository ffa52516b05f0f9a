import {
  ApiException,
  type AppsV1Api,
  type CoreV1Api,
  type V1ContainerStatus,
  type V1Deployment,
  type V1Pod,
  type V1ReplicaSet,
} from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import {
  explainPods,
  isPodReady,
  podsOf,
  setsOf,
} from "../../../../../components/kubernetes/steps/pods.ts";

const REVISION = "deployment.kubernetes.io/revision";

const DEPLOYMENT: V1Deployment = {
  metadata: { name: "web", namespace: "shop", uid: "web", annotations: { [REVISION]: "2" } },
  spec: {
    selector: { matchLabels: { app: "shop", role: "web" } },
    template: {},
  },
};
const set = (uid: string, revision: number, owner = "web"): V1ReplicaSet => ({
  metadata: {
    uid,
    annotations: { [REVISION]: `${revision}` },
    ownerReferences: [{ uid: owner, apiVersion: "apps/v1", kind: "Deployment", name: "web" }],
  },
});
const pod = (name: string, owner: string, more: V1Pod = {}): V1Pod => ({
  ...more,
  metadata: {
    ...{ name, namespace: "shop" },
    ownerReferences: [{ uid: owner, apiVersion: "apps/v1", kind: "ReplicaSet", name: owner }],
    ...more.metadata,
  },
});

/** What the API server has, and whether it was asked for what belongs to the Deployment. */
function cluster({ sets = [] as V1ReplicaSet[], pods = [] as V1Pod[] }) {
  const asked: object[] = [];
  const list =
    <T>(items: T[]) =>
    async (of: object) => {
      asked.push(of);
      return { items };
    };
  return {
    asked,
    apps: { listNamespacedReplicaSet: list(sets) } as unknown as AppsV1Api,
    core: { listNamespacedPod: list(pods) } as unknown as CoreV1Api,
  };
}

const OWN = { namespace: "shop", labelSelector: "app=shop,role=web" };

describe("The sets of a Deployment", () => {
  test("are its own, the newest first by number", async () => {
    const sets = [
      set("second", 2),
      set("tenth", 10),
      set("other", 11, "elsewhere"),
      set("first", 1),
    ];
    const { apps, asked } = cluster({ sets });
    const found = await setsOf(apps, DEPLOYMENT);
    expect(found.map(({ metadata }) => metadata?.uid)).toEqual(["tenth", "second", "first"]);
    expect(asked).toEqual([OWN]);
  });
});

describe("The pods of a Deployment", () => {
  const namesOf = async (pods: V1Pod[], sets = [set("before", 1), set("present", 2)]) => {
    const { core, apps } = cluster({ sets, pods });
    const found = await podsOf(core, apps, DEPLOYMENT);
    return found.map(({ metadata }) => metadata?.name);
  };

  test("are those of its present template, found by its labels", async () => {
    const { core, apps, asked } = cluster({
      sets: [set("before", 1), set("present", 2)],
      pods: [pod("old", "before"), pod("new", "present")],
    });
    expect(await podsOf(core, apps, DEPLOYMENT)).toEqual([pod("new", "present")]);
    expect(asked).toEqual([OWN, OWN]);
  });

  test("are none while its present template has none", async () => {
    expect(await namesOf([pod("old", "before")], [set("before", 1)])).toEqual([]);
  });

  test("are not those that were evicted, or are being removed: others follow", async () => {
    const evicted = pod("evicted", "present", { status: { phase: "Failed", reason: "Evicted" } });
    const leaving = pod("leaving", "present", {
      metadata: { deletionTimestamp: new Date(0) },
      status: { phase: "Running" },
    });
    const pending = pod("pending", "present", { status: { phase: "Pending" } });
    expect(await namesOf([evicted, leaving, pending])).toEqual(["pending"]);
  });
});

describe("What happened to pods that are not ready", () => {
  const status = (more: Partial<V1ContainerStatus>): V1ContainerStatus => ({
    ...{ name: "app", ready: false, restartCount: 0, image: "", imageID: "" },
    ...more,
  });
  const named = (name: string, ...containerStatuses: V1ContainerStatus[]) =>
    pod(name, "present", { status: { containerStatuses } });

  /** @param logs by the container; the kubelet has none of the others. */
  function asked(events: readonly object[] | Error, logs: Readonly<Record<string, string>> = {}) {
    const calls: object[] = [];
    const core = {
      listNamespacedEvent: async (of: object) => {
        calls.push(of);
        if (events instanceof Error) throw events;
        return { items: events };
      },
      readNamespacedPodLog: async (of: { container: string }) => {
        calls.push(of);
        const log = logs[of.container];
        if (log === undefined) throw new Error("it never began");
        return log;
      },
    };
    return { calls, core: core as unknown as CoreV1Api };
  }

  test("is told of the first one, by its warnings, each once, and the end of its log", async () => {
    const pull = { reason: "Failed", message: "no such image" };
    const { core, calls } = asked([pull, pull, { reason: "BackOff", message: "again" }], {
      app: "one\ntwo\n\n",
    });
    const ready = named("web-1", status({ ready: true }));
    const pods = [ready, named("web-2", status({})), named("web-3", status({}))];
    expect(await explainPods(core, pods)).toBe(
      [
        "What happened to web-2:",
        "  Failed: no such image",
        "  BackOff: again",
        "The last lines of its log:",
        "one\ntwo",
      ].join("\n"),
    );
    expect(calls).toEqual([
      { namespace: "shop", fieldSelector: "involvedObject.name=web-2,type=Warning" },
      { namespace: "shop", name: "web-2", container: "app", tailLines: 30 },
    ]);
  });

  test("has the log of the container that the others wait for", async () => {
    const first = status({ name: "files" });
    const one = pod("web-1", "present", {
      status: { initContainerStatuses: [first], containerStatuses: [status({})] },
    });
    const { core } = asked([], { files: "cp: no space left", app: "never" });
    expect(await explainPods(core, [one])).toBe("The last lines of its log:\ncp: no space left");
  });

  test.each([
    ["it said nothing yet since it was started again", { app: "\n" }],
    ["the kubelet lost its log", { app: "unable to retrieve container logs for containerd://1" }],
    ["it never began again", {}],
  ])("has what a container said before it ended, where %s", async (_, logs) => {
    const ended = status({ lastState: { terminated: { exitCode: 1, message: "no table\n" } } });
    const { core } = asked([], logs);
    expect(await explainPods(core, [named("web-1", ended)])).toBe(
      "The last lines of its log:\nno table",
    );
  });

  test("has the words of its present end before those of an earlier one", async () => {
    const ended = status({
      state: { terminated: { exitCode: 1, message: "now" } },
      lastState: { terminated: { exitCode: 1, message: "then" } },
    });
    const { core } = asked([]);
    expect(await explainPods(core, [named("web-1", ended)])).toContain("now");
  });

  test("is told of a pod that no node takes, if no other one is in trouble", async () => {
    const ready = named("web-1", status({ ready: true }));
    const unplaced = pod("web-2", "present", { status: { phase: "Pending" } });
    const scaled = { reason: "NotTriggerScaleUp", message: "max node group size reached" };
    const { core } = asked([scaled]);
    expect(await explainPods(core, [ready, unplaced])).toBe(
      "What happened to web-2:\n  NotTriggerScaleUp: max node group size reached",
    );
    const failing = named("web-3", status({}));
    expect(await explainPods(core, [unplaced, failing])).toContain("What happened to web-3:");
  });

  test("is its log alone where the login may not see events", async () => {
    const { core } = asked(new ApiException(403, "no", "", {}), { app: "one" });
    expect(await explainPods(core, [named("web-1", status({}))])).toBe(
      "The last lines of its log:\none",
    );
  });

  test("is nothing where all are ready", async () => {
    const { core, calls } = asked([{ reason: "Unhealthy", message: "long ago" }]);
    expect(await explainPods(core, [named("web-1", status({ ready: true }))])).toBe("");
    expect(calls).toEqual([]);
  });
});

test("A pod is ready by its condition alone", () => {
  const withReady = (status: string) => ({ status: { conditions: [{ type: "Ready", status }] } });
  const others = { status: { conditions: [{ type: "ContainersReady", status: "True" }] } };
  expect([withReady("True"), withReady("False"), others, {}].map(isPodReady)).toEqual([
    ...[true, false, false, false],
  ]);
});
