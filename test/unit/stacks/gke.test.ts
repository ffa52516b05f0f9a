import { beforeAll, expect, test } from "vitest";
import { deploy } from "../../../stacks/index.ts";
import type { GkeCluster } from "../../../stacks/settings.ts";
import { isComponent, isProvider, madeBefore, type Recorded, record } from "../recorder.ts";
import { clusterSettings, PULLED, SECRETS } from "./example.ts";

const CLUSTER = "gcp:container/cluster:Cluster::cluster";

const gke: GkeCluster = {
  kind: "gke",
  project: "acme-prod",
  region: "europe-west3",
  zonal: { zone: "europe-west3-a", size: "e2-standard-2", count: 2 },
  login: "token",
  protect: true,
};

let stack: Recorded[];
beforeAll(async () => {
  stack = await record(() => deploy(clusterSettings({ cluster: gke }), PULLED));
});

const made = () => stack.filter((one) => !isComponent(one) && !isProvider(one));
const inCluster = () =>
  made().filter(
    ({ type, name }) =>
      /^(kubernetes|command):/.test(type) && !["cluster-let-go", "cluster-files"].includes(name),
  );

test("what is in the cluster goes with it, and is made anew with it", () => {
  expect(inCluster().length).toBeGreaterThan(25);
  for (const { id, deletedWith, replaceWith } of inCluster()) {
    expect([id, deletedWith, replaceWith]).toEqual([id, CLUSTER, [CLUSTER]]);
  }
});

test("nothing is made in the cluster before that has nodes", () => {
  const early = inCluster().filter(({ name }) => !madeBefore(stack, name).has("cluster-pool"));
  expect(early.map(({ name }) => name)).toEqual([]);
});

test("everything is made with providers of the cluster, nothing with a default one", () => {
  expect(made().map(({ name, provider }) => [name, provider])).toEqual(
    made().map(({ name, type }) => [name, `cluster-${type.split(":")[0]}`]),
  );
});

test("claim and cluster are protected, with what lets go of the cluster, and nothing else", () => {
  expect(stack.filter(({ protect }) => protect).map(({ name }) => name)).toEqual([
    "cluster",
    "cluster-let-go",
    "database-data",
  ]);
});

test("no secret is shown, and neither is the way into the cluster", () => {
  const secrets = [...Object.values(SECRETS), "a token of Google's"];
  const shown = JSON.stringify(stack.map((one) => one.shown));
  expect(secrets.filter((secret) => shown.includes(JSON.stringify(secret).slice(1, -1)))).toEqual(
    [],
  );
});
