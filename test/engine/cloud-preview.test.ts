import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { previewOf } from "../../ops/preview/run.ts";
import { ROOT } from "../../ops/project.ts";
import { type ProbeStack, probeStack } from "./probe-stack.ts";

// What Google's plugin answers with is more than the program gives: defaults, policies, what it found.

let probe: ProbeStack;
let stack: Stack;

beforeAll(async () => {
  probe = await probeStack(program, { GOOGLE_OAUTH_ACCESS_TOKEN: "dummy" });
  stack = probe.stack;
});
afterAll(() => probe.remove());

/** A cluster of either mode and a database, with all that goes with them at Google; nothing in the cluster. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import { GkeCluster } from "${ROOT}/components/google/gke-cluster.ts";
import { WorkloadAccount } from "${ROOT}/components/google/workload-account.ts";
import { CloudSqlPostgres } from "${ROOT}/components/google/cloud-sql-postgres.ts";

const count = new pulumi.Config().requireNumber("count");
const files = { path: "files", folder: () => "files", save: (name) => pulumi.output(name) };
const zonal = { zone: "europe-west3-a", size: "e2-small", count };
for (const [stack, mode] of [["autopilot", undefined], ["standard", zonal]]) {
  const owner = { project: "probe", stack };
  const google = { project: "acme", region: "europe-west3", login: "exec", protect: true };
  const args = { ...google, owner, zonal: mode, files, runStep: async () => {} };
  const { cloud } = new GkeCluster(stack, args);
  const account = new WorkloadAccount(stack + "-app", { owner, cloud, namespace: "app", serviceAccount: "app" });
  const place = { ...cloud, kind: "google", serviceAccount: account.email };
  new CloudSqlPostgres(stack + "-database", { place, size: "db-f1-micro", nodes: 1, protect: true });
}
`;

test("A first preview says who gets which role, before there is an account", async () => {
  await stack.setConfig("count", { value: "2" });
  const { report, diff } = await previewOf(stack);
  expect(report.dangerous).toBe(false);
  expect(diff).toMatch(/member +: "serviceAccount:probe-standard@acme\.iam\.gserviceaccount\.com"/);
});

test("What a cloud adds by itself is neither a change nor drift", async () => {
  await stack.up();
  const { report } = await previewOf(stack, { refresh: true });
  expect(report).toMatchObject({ verdict: ["no change"], dangerous: false, components: [] });
});

test("Another number of nodes changes their pool alone, and is no danger", async () => {
  await stack.setConfig("count", { value: "3" });
  const { report } = await previewOf(stack);
  expect(report).toMatchObject({ dangerous: false, summary: { create: 0, update: 1, replace: 0 } });
});
