import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { findProcessesWith } from "../../../ops/processes.ts";
import { chosenTools } from "../../../ops/tools.ts";
import { run } from "../../../setup/run.ts";
import { deployment, service } from "../../../test/cluster/manifests.ts";
import { TestNamespace } from "../../../test/cluster/test-namespace.ts";
import { until } from "../../../test/e2e/until.ts";
import { offlineImages } from "../../images/index.ts";
import { docker, succeed } from "../../testing/cluster/commands.ts";
import {
  type ClusterData,
  type StartedCluster,
  startCluster,
} from "../../testing/cluster/index.ts";
import { Keeper, keeperMark, removeLeftovers } from "../../testing/cluster/keeper.ts";

const nginx = { official: "nginx:1.30.6", offline: offlineImages.nginx }[chosenTools().images];
const config = new KubeConfig();

// Not the one of the other files, which need their nodes.
let cluster: StartedCluster;
let here: TestNamespace;
const starters: ChildProcess[] = [];

beforeAll(async () => {
  cluster = await startCluster(() => {});
  await cluster.load(nginx);
  config.loadFromString(cluster.kubeconfig);
  here = await TestNamespace.make(config);
  await here.create(deployment("web", nginx, 2), service("web", { type: "LoadBalancer" }));
});
afterEach(() => {
  for (const starter of starters.splice(0)) starter.kill("SIGKILL");
});
afterAll(() => cluster?.dispose());

test("A kubelet that is restarted leaves its pods running", async () => {
  await here.untilDeploymentReady("web");
  const kubelet = (node: string) =>
    docker(["exec", containerOf(node), "cat", "/run/service/kubelet/supervise/pid"]);
  const before = await kubelet("node-2");

  await cluster.restartKubelet("node-2");

  expect(await kubelet("node-2")).not.toBe(before);
  await until(() => isReady("node-2"), "the node is ready");
  const { items } = await here.core.listNamespacedPod({ namespace: here.name });
  const restarts = items.map(({ status }) => status?.containerStatuses?.[0]?.restartCount);
  expect(restarts).toEqual([0, 0]);
});

test("When a node loses its power its load balancers' addresses move, and it comes back", async () => {
  const address = await here.loadBalancerAddress("web");
  await until(() => answersFor(address, "node-2"), "the second node answers for the address");

  await cluster.stopNode("node-2");

  // Sooner than the cluster misses the node, which it does after 50 s.
  await until(() => answersFor(address, "node-1"), "the first node answers for the address", 20);
  await until(() => answers(address), "the app answers");

  await cluster.startNode("node-2");

  await until(() => isReady("node-2"), "the node is ready");
  const { items } = await here.core.listNamespacedPod({ namespace: here.name });
  const names = items.flatMap(({ metadata }) => metadata?.name ?? []);
  for (const name of names) await until(() => runs(name), `the pod ${name} runs`);
  expect(await here.loadBalancerAddress("web")).toBe(address);
  await until(() => answers(address), "the app answers");
});

test("A cluster that is disposed of leaves nothing", async () => {
  const traces = await tracesOf(cluster.data);
  expect(await remaining(traces)).toEqual(traces);
  await cluster.dispose();
  expect(await remaining(traces)).toEqual([]);
});

test("Nor does one whose starter is killed", async () => {
  const { child, data } = await startedElsewhere();
  const traces = await tracesOf(data);
  expect(await remaining(traces)).toEqual(traces);

  child.kill("SIGKILL");

  await until(async () => (await remaining(traces)).length === 0, "nothing is left");
});

test("What is left when its keeper is killed too is removed by the next start, and nothing else", async () => {
  const lost = await startedElsewhere();
  const kept = new Keeper();
  const traces = await tracesOf(lost.data);
  for (const { pid } of findProcessesWith(markOf(lost.data))) process.kill(pid, "SIGKILL");
  lost.child.kill("SIGKILL");
  await once(lost.child, "close");

  await removeLeftovers();

  expect(await remaining(traces)).toEqual([]);
  expect(existsSync(kept.folder)).toBe(true);
  await kept.removeAll();
  expect(existsSync(kept.folder)).toBe(false);
});

async function isReady(node: string): Promise<boolean> {
  const { status } = await here.core.readNode({ name: node });
  return (
    status?.conditions?.some((each) => each.type === "Ready" && each.status === "True") ?? false
  );
}

async function runs(pod: string): Promise<boolean> {
  return await here.run(pod, "true").then(
    () => true,
    () => false,
  );
}

async function answersFor(address: string, node: string): Promise<boolean> {
  const show = ["exec", containerOf(node), "ip", "-brief", "address", "show", "eth0"];
  return (await docker(show)).includes(`${address}/32`);
}

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(`http://${address}/`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

function containerOf(node: string): string {
  return `${cluster.data.nodes.find(({ name }) => name === node)?.container}`;
}

/** A cluster that another process has started, with which it does nothing. */
async function startedElsewhere(): Promise<{ child: ChildProcess; data: ClusterData }> {
  const harness = join(import.meta.dirname, "../../testing/cluster/index.ts");
  const program = `
    const { startCluster } = await import(${JSON.stringify(harness)});
    const { data } = await startCluster(() => {});
    process.stdout.write(JSON.stringify(data));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  starters.push(child);
  const [data] = await once(child.stdout, "data");
  return { child, data: JSON.parse(String(data)) };
}

/** Texts by which all that a cluster has on this machine can be told. */
async function tracesOf({ network, nodes }: ClusterData): Promise<string[]> {
  const format = '{{.Id}}{{range .Mounts}}{{if eq .Type "volume"}} {{.Name}}{{end}}{{end}}';
  const containers = [...nodes.map(({ container }) => container), `${network}-registry`];
  const shown = await docker(["inspect", `--format=${format}`, ...containers]);
  return [network, ...shown.split(/\s+/)].filter(Boolean);
}

/** Those that the engine, or a process, mount, control group or temporary file of this machine has. */
async function remaining(traces: readonly string[]): Promise<string[]> {
  const there = await Promise.all([
    docker(["ps", "--all", "--quiet", "--no-trunc"]),
    docker(["volume", "ls", "--quiet"]),
    docker(["network", "ls", "--format={{.Name}}"]),
    succeed("ps", ["-e", "-ww", "-o", "args"]),
    // It fails over groups that go while it looks.
    run("find", ["/sys/fs/cgroup", "-type", "d"]).then(({ stdout }) => stdout),
    readFileSync("/proc/mounts", "utf8"),
    readdirSync(tmpdir()).join("\n"),
  ]);
  return traces.filter((trace) => there.join("\n").includes(trace));
}

/** In the environment of the cluster's keeper. */
function markOf({ network }: ClusterData): Record<string, string> {
  return keeperMark(network.replace(/^slipway-cluster-/, ""));
}
