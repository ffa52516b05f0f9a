import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import type { Report } from "../../progress.ts";
import { type AddressPlan, POD_NETWORK, podSubnet, SERVICE_NETWORK } from "./address-plan.ts";
import { ensureClusterBinaries } from "./binaries/index.ts";
import { bringUp } from "./bring-up.ts";
import { makeCertificates } from "./certificates.ts";
import { Disks } from "./controllers/disks.ts";
import { LoadBalancers } from "./controllers/load-balancers.ts";
import { buildClusterImages, NODE_IMAGE } from "./images.ts";
import { Keeper, removeLeftovers } from "./keeper.ts";
import { makeNetwork } from "./network.ts";
import { startNode } from "./node-container.ts";
import { registryHosts, startRegistry } from "./registry.ts";
import { StartedCluster } from "./started-cluster.ts";

export { Cluster, type ClusterData } from "./cluster.ts";
export type { StartedCluster } from "./started-cluster.ts";

const NODES = ["node-1", "node-2"];
const EVERYWHERE = ["containerd", "kubelet", "kube-proxy"];
const CONTROL = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];

/** Starts a cluster of two nodes, of which the first has the API server, and waits until it works. */
export async function startCluster(report: Report): Promise<StartedCluster> {
  const programs = await ensureClusterBinaries(report);
  await buildClusterImages(report);
  await removeLeftovers();
  const keeper = new Keeper();
  try {
    return await start(keeper, programs);
  } catch (error) {
    await keeper.removeAll();
    throw error;
  }
}

async function start(keeper: Keeper, programs: string): Promise<StartedCluster> {
  const { label, folder } = keeper;
  const network = `slipway-cluster-${keeper.id}`;
  const plan = await makeNetwork(network, label);
  const identities = join(folder, "identities");
  const [registry, { kubeconfig }] = await Promise.all([
    startRegistry({ network, address: plan.registry, label }),
    makeCertificates({ image: NODE_IMAGE, label, folder: identities, plan, nodes: NODES }),
  ]);
  const nodes = await Promise.all(
    NODES.map((name, index) =>
      startNode({
        name,
        address: plan.node(index),
        network,
        label,
        services: index === 0 ? [...CONTROL, ...EVERYWHERE] : EVERYWHERE,
        environment: environmentOf(index, plan),
        programs,
        identity: join(identities, name),
      }),
    ),
  );
  await bringUp(nodes);
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const loadBalancers = new LoadBalancers({
    config,
    // First those that may lose their power without taking the API server along.
    nodes: nodes.toReversed(),
    addresses: plan.loadBalancerAddresses,
  });
  const disks = new Disks({ config, nodes });
  await Promise.all([loadBalancers.start(), disks.start()]);
  const data = {
    kubeconfig,
    network,
    nodes: nodes.map((node) => node.data),
    registry: registry.data,
  };
  return new StartedCluster({ data, loadBalancers, disks, keeper });
}

function environmentOf(index: number, plan: AddressPlan): Record<string, string> {
  const peers = NODES.flatMap((_, peer) =>
    peer === index ? [] : [`${podSubnet(peer)}=${plan.node(peer)}`],
  );
  return {
    NODE_NAME: NODES[index] ?? "",
    NODE_ADDRESS: plan.node(index),
    POD_SUBNET: podSubnet(index),
    POD_NETWORK,
    SERVICE_NETWORK,
    PEERS: peers.join(" "),
    LOAD_BALANCERS: plan.loadBalancers,
    REGISTRIES: registryHosts(plan.registry).join(" "),
  };
}
