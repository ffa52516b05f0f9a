import {
  CoreV1Api,
  DiscoveryV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1EndpointSlice,
  type V1Node,
  type V1Service,
} from "@kubernetes/client-node";
import type { ClusterNode } from "../cluster-node.ts";
import { isOff, powerOf } from "../power.ts";
import { Reconciler } from "./reconciler.ts";
import { Watched } from "./watched.ts";

/** A node that answers for an address until it is told otherwise, or its power fails. */
interface Answering {
  readonly node: ClusterNode;
  readonly power: string | undefined;
}

interface LoadBalancersArgs {
  readonly config: KubeConfig;
  readonly nodes: readonly ClusterNode[];
  /** Those of the network that nobody else has. */
  readonly addresses: readonly string[];
}

/**
 * Gives each Service of type LoadBalancer an address, for which one of the nodes answers. There kube-proxy
 * sends on what comes. The address stays as long as the Service does; the node may change.
 */
export class LoadBalancers {
  readonly #api: CoreV1Api;
  readonly #nodes: readonly ClusterNode[];
  readonly #addresses: readonly string[];
  readonly #reconciler = new Reconciler(() => this.#reconcile());
  readonly #services: Watched<V1Service>;
  readonly #slices: Watched<V1EndpointSlice>;
  readonly #states: Watched<V1Node>;
  readonly #answering = new Map<string, Answering>();

  constructor({ config, nodes, addresses }: LoadBalancersArgs) {
    this.#nodes = nodes;
    this.#addresses = addresses;
    const api = config.makeApiClient(CoreV1Api);
    const discovery = config.makeApiClient(DiscoveryV1Api);
    const { request } = this.#reconciler;
    const serviceList = () => api.listServiceForAllNamespaces();
    const sliceList = () => discovery.listEndpointSliceForAllNamespaces();
    const slicePath = "/apis/discovery.k8s.io/v1/endpointslices";
    this.#services = new Watched(config, "/api/v1/services", serviceList, request);
    this.#slices = new Watched(config, slicePath, sliceList, request);
    this.#states = new Watched(config, "/api/v1/nodes", () => api.listNode(), request);
    this.#api = api;
  }

  async start(): Promise<void> {
    await Promise.all(this.#watched.map((watched) => watched.start()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#watched.map((watched) => watched.stop()));
    await this.#reconciler.stop();
  }

  get #watched() {
    return [this.#services, this.#slices, this.#states] as const;
  }

  async #reconcile(): Promise<void> {
    const wanted = this.#services
      .all()
      .filter(
        ({ spec, metadata }) => spec?.type === "LoadBalancer" && !metadata?.deletionTimestamp,
      );
    const addresses = new Set(wanted.map(addressOf));
    for (const address of this.#answering.keys()) {
      if (!addresses.has(address)) await this.#silence(address);
    }
    for (const service of wanted) {
      const address = addressOf(service) ?? (await this.#assign(service, addresses));
      addresses.add(address);
      await this.#answer(address, this.#nodesFor(service));
    }
  }

  async #assign(service: V1Service, taken: ReadonlySet<string | undefined>): Promise<string> {
    const { name = "", namespace = "" } = service.metadata ?? {};
    const free = this.#addresses.filter((address) => !taken.has(address));
    const asked = service.spec?.loadBalancerIP;
    const address = asked === undefined ? free[0] : free.find((each) => each === asked);
    if (address === undefined) throw new Error(`There is no address for the Service ${name}.`);
    const body = { status: { loadBalancer: { ingress: [{ ip: address, ipMode: "VIP" }] } } };
    await this.#api.patchNamespacedServiceStatus(
      { name, namespace, body },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
    return address;
  }

  /**
   * With the policy `Local`, only a node with a pod of the Service sends on what comes. As a cloud does, one
   * whose pods are on their way out gets no new connection while there is one whose pod stays; it serves
   * those that it has.
   */
  #nodesFor(service: V1Service): ClusterNode[] {
    const states = this.#states.all().filter((state) => isReady(state) && !isOff(state));
    const ready = new Set(states.map(({ metadata }) => metadata?.name));
    const able = this.#nodes.filter(({ name }) => ready.has(name));
    if (service.spec?.externalTrafficPolicy !== "Local") return able;
    const slices = this.#slices.all();
    const [staying = [], serving = []] = (["ready", "serving"] as const).map((condition) => {
      const near = nodesWithPods(service, slices, condition);
      return able.filter(({ name }) => near.has(name));
    });
    return staying.length > 0 ? staying : serving;
  }

  /** Where no node is able to, the one that did goes on: it may only seem so. */
  async #answer(address: string, able: readonly ClusterNode[]): Promise<void> {
    const now = this.#answering.get(address);
    const [first] = able;
    if (first === undefined) return;
    if (now !== undefined && able.includes(now.node) && this.#isStill(now)) return;
    await this.#silence(address);
    await first.run(["ip", "address", "replace", `${address}/32`, "dev", "eth0"]);
    // Who knew another node by this address learns of it at once.
    await first.run(["arping", "-q", "-U", "-c", "1", "-I", "eth0", address]);
    this.#answering.set(address, { node: first, power: this.#powerOf(first) });
  }

  async #silence(address: string): Promise<void> {
    const now = this.#answering.get(address);
    this.#answering.delete(address);
    // Without power it has lost the address.
    if (now === undefined || !this.#isStill(now)) return;
    await now.node.run(["ip", "address", "delete", `${address}/32`, "dev", "eth0"]);
  }

  #isStill({ node, power }: Answering): boolean {
    return this.#powerOf(node) === power;
  }

  #powerOf({ name }: ClusterNode): string | undefined {
    const state = this.#states.all().find(({ metadata }) => metadata?.name === name);
    return state === undefined ? undefined : powerOf(state);
  }
}

function addressOf(service: V1Service): string | undefined {
  return service.status?.loadBalancer?.ingress?.[0]?.ip;
}

function isReady({ status }: V1Node): boolean {
  return (
    status?.conditions?.some((each) => each.type === "Ready" && each.status === "True") ?? false
  );
}

function nodesWithPods(
  service: V1Service,
  slices: readonly V1EndpointSlice[],
  condition: "ready" | "serving",
): Set<string> {
  const names = slices
    .filter(
      ({ metadata }) =>
        metadata?.namespace === service.metadata?.namespace &&
        metadata?.labels?.["kubernetes.io/service-name"] === service.metadata?.name,
    )
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.[condition])
    .flatMap(({ nodeName }) => nodeName ?? []);
  return new Set(names);
}
