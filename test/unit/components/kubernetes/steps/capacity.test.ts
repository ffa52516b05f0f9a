import type { V1LimitRange, V1LimitRangeItem, V1ResourceQuota } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import type { CapacityRequest } from "../../../../../components/kubernetes/cluster-needs.ts";
import { tooTight } from "../../../../../components/kubernetes/steps/capacity.ts";

const APP = { requests: { cpu: "100m", memory: "512Mi" }, limits: { memory: "512Mi" } };
const FRONT = { requests: { cpu: "25m", memory: "64Mi" }, limits: { memory: "128Mi" } };

/** 5 pods, and 2 more for a while: 600m and 3 more of 100m, 2.5Gi less or more. */
const ROOM: CapacityRequest = {
  pods: [
    { count: 3, ...APP },
    { count: 2, ...FRONT },
  ],
  passing: [[{ count: 2, ...FRONT }], [{ count: 1, ...APP }]],
  claimGiB: 10,
  loadBalancers: 1,
};

const quota = (hard: Record<string, string>, spec: V1ResourceQuota["spec"] = {}) => ({
  metadata: { name: "small" },
  spec: { ...spec, hard },
});
const range = (...limits: V1LimitRangeItem[]): V1LimitRange => ({
  metadata: { name: "usual" },
  spec: { limits },
});

describe("a quota", () => {
  test.each([
    ["pods", "7", "6"],
    ["count/pods", "7", "6"],
    ["requests.cpu", "450m", "449m"],
    ["cpu", "0.45", "0.44"],
    ["requests.memory", "2176Mi", "2175Mi"],
    ["memory", "2281701376", "2281701375"],
    ["limits.memory", "2304Mi", "2.2Gi"],
    ["persistentvolumeclaims", "1", "0"],
    ["requests.storage", "10Gi", "10G"],
    ["services.loadbalancers", "1", "0"],
  ])("of %s has room with %s and not with %s", (name, enough, little) => {
    expect(tooTight([quota({ [name]: enough })], [], ROOM)).toEqual([]);
    const [misfit, ...more] = tooTight([quota({ [name]: little })], [], ROOM);
    expect(more).toEqual([]);
    expect(misfit?.text).toContain(`it allows ${name} ${little}, and the stack takes ${name} `);
  });

  test("is one message for all that is short in it, each with what is allowed and what is needed", () => {
    const hard = { pods: "4", "requests.memory": "1Gi", "requests.cpu": "8", secrets: "3" };
    expect(tooTight([quota(hard)], [], ROOM)).toEqual([
      {
        text:
          "The quota small of its namespace is too small: it allows pods 4, requests.memory 1Gi, and the stack " +
          "takes pods 7, requests.memory 2176Mi, with the new pods that a release has beside the old ones. " +
          "Have it raised, or let the stack take less:",
        type: "pulumi config set replicas NUMBER",
      },
    ]);
  });

  test("for some pods alone is left to the API server", () => {
    const some = quota({ pods: "1" }, { scopes: ["BestEffort"] });
    expect(tooTight([some], [], ROOM)).toEqual([]);
  });

  test("of a limit that pods do not have wants a default for it, which is then counted", () => {
    const hard = quota({ "limits.cpu": "1" });
    expect(tooTight([hard], [], ROOM)).toMatchObject([
      { text: expect.stringContaining("have no such limit"), type: expect.any(String) },
    ]);
    const usual = (cpu: string) => range({ type: "Container", _default: { cpu } });
    expect(tooTight([hard], [usual("100m")], ROOM)).toEqual([]);
    expect(tooTight([hard], [usual("150m")], ROOM)).toMatchObject([
      { text: expect.stringContaining("limits.cpu 1, and the stack takes limits.cpu 1.05") },
    ]);
  });
});

describe("a range", () => {
  test.each([
    ["Container", "max", "memory", "512Mi", "511Mi", "one with 512Mi"],
    ["Pod", "max", "memory", "512Mi", "256Mi", "one with 512Mi"],
    ["Container", "min", "memory", "64Mi", "65Mi", "one with 64Mi"],
    ["Container", "max", "cpu", "100m", "50m", "one with 100m"],
    ["Container", "min", "cpu", "25m", "50m", "one with 25m"],
    ["PersistentVolumeClaim", "max", "storage", "10Gi", "5Gi", "one with 10Gi"],
    ["PersistentVolumeClaim", "min", "storage", "10Gi", "20Gi", "one with 10Gi"],
  ] as const)(
    "of a %s's %s of %s has room at %s and not at %s",
    (type, end, what, ok, not, says) => {
      expect(tooTight([], [range({ type, [end]: { [what]: ok } })], ROOM)).toEqual([]);
      const [misfit, ...more] = tooTight([], [range({ type, [end]: { [what]: not } })], ROOM);
      expect(more).toEqual([]);
      expect(misfit?.text).toContain(
        `The range usual of its namespace wants at ${end === "max" ? "most" : "least"} ${not} of ${what}`,
      );
      expect(misfit?.text).toContain(says);
    },
  );

  test("of claims is no matter where there is none", () => {
    const ranges = [range({ type: "PersistentVolumeClaim", max: { storage: "1Gi" } })];
    expect(tooTight([], ranges, { ...ROOM, claimGiB: undefined })).toEqual([]);
  });
});
