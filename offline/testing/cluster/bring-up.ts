import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterNode } from "./cluster-node.ts";
import { POD_IMAGE } from "./images.ts";
import { untilDone } from "./until-done.ts";

const ADD_ONS = join(import.meta.dirname, "add-ons");
const WORKLOADS = [
  "deployment/coredns",
  "deployment/metrics-server",
  "daemonset/kube-network-policies",
];
const READY_SECONDS = 120;

/** Installs what a cluster is not complete without on nodes that boot, and waits until all of it works. */
export async function bringUp(nodes: readonly ClusterNode[]): Promise<void> {
  const [control] = nodes;
  if (control === undefined) throw new Error("A cluster has a node at least.");
  try {
    await Promise.all([
      ...nodes.map((node) => untilDone(() => node.loadImage(POD_IMAGE), READY_SECONDS)),
      untilDone(() => installAddOns(control), READY_SECONDS),
    ]);
    await untilReady(control, nodes);
  } catch (cause) {
    throw new Error(`The cluster does not get ready.\n${await logsOf(nodes)}`, { cause });
  }
}

async function installAddOns(control: ClusterNode): Promise<void> {
  const manifests = readdirSync(ADD_ONS).map((file) => readFileSync(join(ADD_ONS, file), "utf8"));
  await kubectl(control, ["apply", "--server-side", "--filename=-"], manifests.join("\n---\n"));
}

async function untilReady(control: ClusterNode, nodes: readonly ClusterNode[]): Promise<void> {
  const names = nodes.map(({ name }) => `node/${name}`);
  const within = `--timeout=${READY_SECONDS}s`;
  const wait = ["wait", "--for=condition=Ready", within, ...names];
  await untilDone(() => kubectl(control, wait), READY_SECONDS);
  for (const workload of WORKLOADS) {
    await kubectl(control, ["--namespace=kube-system", "rollout", "status", within, workload]);
  }
}

async function kubectl(
  control: ClusterNode,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const access = "--kubeconfig=/etc/kubernetes/admin.conf";
  return await control.run(["kubectl", access, ...args], input);
}

async function logsOf(nodes: readonly ClusterNode[]): Promise<string> {
  const ask = ["sh", "-c", "tail --lines=5 /var/log/*.log"];
  const logs = await Promise.all(nodes.map((node) => node.run(ask).catch(String)));
  return logs.join("\n");
}
