import { describe, expect, test } from "vitest";
import type { Change } from "../../../../ops/preview/changes.ts";
import { sizesOf } from "../../../../ops/preview/sizes.ts";
import { changeOf } from "./change.ts";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("The containers of the app are counted", () => {
  const web = (action: Change["action"]) =>
    changeOf("docker:index/container:Container", { component: "web", action });
  const counted = (...actions: Change["action"][]) =>
    sizesOf(actions.map(web)).map(({ before, after }) => [before, after]);

  test("before and after", () => {
    expect(counted("same", "create")).toEqual([["1", "2"]]);
    expect(counted("update", "delete", "delete")).toEqual([["3", "1"]]);
  });

  test("as none where there are none", () => {
    expect(counted("create", "create")).toEqual([[undefined, "2"]]);
    expect(counted("delete")).toEqual([["1", undefined]]);
  });

  test("and not said where there are as many as before", () => {
    expect(counted("replace", "same")).toEqual([]);
    expect(counted()).toEqual([]);
  });

  test("and no other container is", () => {
    const worker = changeOf("docker:index/container:Container", { action: "create" });
    expect(sizesOf([worker])).toEqual([]);
  });
});

test("A size that nobody knows yet is said to be that, and not as the engine writes it", () => {
  const type = "digitalocean:index/droplet:Droplet";
  const change = changeOf(type, { old: { size: "small" }, now: { size: UNKNOWN } });
  expect(sizesOf([change])).toEqual([
    { component: "it", name: "it", of: "size", before: "small", after: "not known yet" },
  ]);
});

test.each([
  [
    "digitalocean:index/databaseCluster:DatabaseCluster",
    { nodeCount: 1 },
    { nodeCount: 2 },
    "nodes",
  ],
  [
    "gcp:sql/databaseInstance:DatabaseInstance",
    { settings: { tier: 1 } },
    { settings: { tier: 2 } },
    "size",
  ],
  ["gcp:container/nodePool:NodePool", { nodeCount: 1 }, { nodeCount: 2 }, "nodes"],
  [
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
    { spec: { maxReplicas: 1 } },
    { spec: { maxReplicas: 2 } },
    "pods at most",
  ],
])("The size of a %s is said where it changes", (type, old, now, of) => {
  const all = sizesOf([changeOf(type, { old, now }), changeOf(type, { old, now: old })]);
  expect(all).toEqual([{ component: "it", name: "it", of, before: "1", after: "2" }]);
});
