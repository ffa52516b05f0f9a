import type { ClusterNode } from "./cluster-node.ts";
import type { Disks } from "./controllers/disks.ts";
import type { LoadBalancers } from "./controllers/load-balancers.ts";
import type { Keeper } from "./keeper.ts";
import type { Registry } from "./registry.ts";

interface ClusterArgs {
  readonly kubeconfig: string;
  readonly network: string;
  readonly nodes: readonly ClusterNode[];
  readonly registry: Registry;
  readonly loadBalancers: LoadBalancers;
  readonly disks: Disks;
  readonly keeper: Keeper;
}

/** A cluster that runs until it is disposed of, or the process that started it has ended. */
export class Cluster {
  /** For its administrator, by a client certificate; the text of a file. */
  readonly kubeconfig: string;
  /** The Docker network of the nodes and of the load balancers' addresses, for containers of tests. */
  readonly network: string;
  readonly registry: Registry;
  readonly #nodes: readonly ClusterNode[];
  readonly #loadBalancers: LoadBalancers;
  readonly #disks: Disks;
  readonly #keeper: Keeper;

  constructor(args: ClusterArgs) {
    this.kubeconfig = args.kubeconfig;
    this.network = args.network;
    this.registry = args.registry;
    this.#nodes = args.nodes;
    this.#loadBalancers = args.loadBalancers;
    this.#disks = args.disks;
    this.#keeper = args.keeper;
  }

  /** Names of the nodes; the first has the API server. */
  get nodes(): string[] {
    return this.#nodes.map(({ name }) => name);
  }

  /** Puts an image of the machine's engine on each node, where pods find it by the same name. */
  async load(image: string): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.loadImage(image)));
  }

  async restartKubelet(node: string): Promise<void> {
    await this.#nodeNamed(node).restartService("kubelet");
  }

  /** Its power fails. */
  async stopNode(name: string): Promise<void> {
    const node = this.#nodeNamed(name);
    await node.stop();
    this.#loadBalancers.nodeStopped(node);
  }

  /** The power is back; the cluster takes some seconds to notice. */
  async startNode(name: string): Promise<void> {
    await this.#nodeNamed(name).boot();
  }

  /** Removes it, and all that it had. */
  async dispose(): Promise<void> {
    await Promise.all([this.#loadBalancers.stop(), this.#disks.stop()]);
    await this.#keeper.removeAll();
  }

  #nodeNamed(name: string): ClusterNode {
    const node = this.#nodes.find((each) => each.name === name);
    if (node === undefined) {
      throw new Error(`The cluster has no node ${name}, only ${this.nodes.join(", ")}.`);
    }
    return node;
  }
}
