import { KubeConfig } from "@kubernetes/client-node";
import { ClusterNode, type NodeData } from "./cluster-node.ts";
import { sayOff, sayOn } from "./power.ts";
import { Registry, type RegistryData } from "./registry.ts";
import { untilDone } from "./until-done.ts";

/** What any process may know of a cluster: plain data, to be handed on. */
export interface ClusterData {
  /** For its administrator, by a client certificate; the text of a file. */
  readonly kubeconfig: string;
  /** The Docker network of the nodes and of the load balancers' addresses, for containers of tests. */
  readonly network: string;
  /** The first has the API server. */
  readonly nodes: readonly NodeData[];
  readonly registry: RegistryData;
}

const BOOT_SECONDS = 60;

/** A cluster that this process or another one has started. */
export class Cluster {
  readonly data: ClusterData;
  readonly registry: Registry;
  readonly #config = new KubeConfig();
  readonly #nodes: readonly ClusterNode[];

  constructor(data: ClusterData) {
    this.data = data;
    this.registry = new Registry(data.registry);
    this.#nodes = data.nodes.map((node) => new ClusterNode(node));
    this.#config.loadFromString(data.kubeconfig);
  }

  get kubeconfig(): string {
    return this.data.kubeconfig;
  }

  get network(): string {
    return this.data.network;
  }

  /** Names of the nodes; the first has the API server. */
  get nodes(): string[] {
    return this.#nodes.map(({ name }) => name);
  }

  /** Puts an image of the machine's engine on each node, where pods find it by the same name. */
  async load(image: string): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.loadImage(image)));
  }

  /**
   * Lets the nodes pull from a registry by the name that it has elsewhere.
   *
   * @param name `HOST:PORT`, as in the references of pods
   * @param address `HOST:PORT` where the nodes reach it, without TLS
   */
  async reachRegistry(name: string, address: string): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.reachRegistry(name, address)));
  }

  async restartKubelet(node: string): Promise<void> {
    await this.#nodeNamed(node).restartService("kubelet");
  }

  /** Its power fails. Load balancers learn of it at once, the cluster when the node is missed. */
  async stopNode(name: string): Promise<void> {
    await this.#nodeNamed(name).turnOff();
    // With the API server off, there is nobody to tell.
    if (name !== this.nodes[0]) await sayOff(this.#config, name);
  }

  /** Its power is back. It is ready again some seconds later. */
  async startNode(name: string): Promise<void> {
    await this.#nodeNamed(name).turnOn();
    await untilDone(() => sayOn(this.#config, name), BOOT_SECONDS);
  }

  #nodeNamed(name: string): ClusterNode {
    const node = this.#nodes.find((each) => each.name === name);
    if (node === undefined) {
      throw new Error(`The cluster has no node ${name}, only ${this.nodes.join(", ")}.`);
    }
    return node;
  }
}
