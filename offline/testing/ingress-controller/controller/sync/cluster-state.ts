import type { Arguments } from "../arguments.ts";
import { watchedNamespaces } from "../arguments.ts";
import type { Api } from "../cluster/api.ts";
import type {
  ConfigMap,
  EndpointSlice,
  Ingress,
  Namespace,
  Pod,
  Resource,
  Secret,
  Service,
} from "../cluster/objects.ts";
import { keyOf } from "../cluster/objects.ts";
import { type Listener, Watched } from "../cluster/watched.ts";
import type { Log } from "../log.ts";
import { isSupported } from "../nginx/secret-store.ts";
import type { Backends } from "../routing/endpoints.ts";
import { hasChanged, servicePortsChanged } from "./differences.ts";
import type { Task, TaskQueue } from "./task-queue.ts";

interface Parts {
  readonly api: Api;
  readonly log: Log;
  readonly queue: TaskQueue;
  readonly signal: AbortSignal;
  readonly values: Arguments;
  /** `namespace/name` of the Service through which clients reach the controller. */
  readonly externalService: string;
}

const NO_HELM_RELEASES = `fieldSelector=${encodeURIComponent("type!=helm.sh/release.v1")}`;

/** Everything of the cluster that the configuration is made from. What changes in it becomes a task. */
export class ClusterState implements Backends {
  readonly ingresses: Watched<Ingress>;
  readonly services: Watched<Service>;
  readonly secrets: Watched<Secret>;
  readonly configMaps: Watched<ConfigMap>;
  readonly #slices: Watched<EndpointSlice>;
  readonly #pods: Watched<Pod>;
  /** Those with the label; none where the arguments name the namespaces. */
  readonly #labelled: Watched<Namespace>;
  /** What is followed in each namespace, and the path of its list there. */
  readonly #inNamespaces: [Pick<Watched<Resource>, "add" | "drop">, (name: string) => string][] =
    [];
  readonly #namespaces = new Set<string>();
  readonly #given: readonly string[];
  readonly #queue: TaskQueue;

  constructor(parts: Parts) {
    const { values, externalService } = parts;
    const label = values["watch-namespace-label"];
    this.#given = label === "" ? watchedNamespaces(values) : [];
    this.#queue = parts.queue;
    const watch = <T extends Resource>(
      group: string,
      plural: string,
      listener?: Listener<T>,
      query = "",
    ) => {
      const watched = new Watched<T>({ ...parts, paths: [], query }, listener);
      const path = (name: string) =>
        `${group}${name === "" ? "" : `/namespaces/${name}`}/${plural}`;
      this.#inNamespaces.push([watched, path]);
      return watched;
    };

    this.#labelled = new Watched<Namespace>(
      {
        ...parts,
        paths: label === "" ? [] : ["/api/v1/namespaces"],
        query: `labelSelector=${encodeURIComponent(label)}`,
      },
      ({ before, after }) => {
        const name = (after ?? before)?.metadata.name;
        if (name !== undefined) this.#queue.add({ kind: "namespace", key: name });
      },
    );
    this.ingresses = watch(
      "/apis/networking.k8s.io/v1",
      "ingresses",
      this.#adder<Ingress>("ingress", hasChanged),
    );
    this.services = watch(
      "/api/v1",
      "services",
      this.#adder("service", (before, after) => {
        return keyOf(after) === externalService || servicePortsChanged(before, after);
      }),
    );
    this.#slices = watch(
      "/apis/discovery.k8s.io/v1",
      "endpointslices",
      this.#adder("endpointSlice"),
    );
    this.#pods = watch("/api/v1", "pods");
    this.secrets = watch(
      "/api/v1",
      "secrets",
      this.#adder("secret", () => true, isSupported),
      NO_HELM_RELEASES,
    );
    const [namespace = "", name = ""] = values["nginx-configmaps"].split("/");
    this.configMaps = new Watched<ConfigMap>(
      { ...parts, paths: name === "" ? [] : [`/api/v1/namespaces/${namespace}/configmaps`] },
      this.#adder<ConfigMap>("configMap", hasChanged, ({ metadata }) => metadata.name === name),
    );
  }

  async start(): Promise<void> {
    await this.#labelled.start();
    const labelled = this.#labelled.all().map(({ metadata }) => metadata.name);
    await Promise.all([
      this.configMaps.start(),
      ...[...this.#given, ...labelled].map((name) => this.#follow(name)),
    ]);
  }

  /**
   * Follows what is in a namespace that has the label now, and nothing in one that has it no longer. As with
   * the real controller, nothing else is looked at until all of it is known: for ever, where it may not be read.
   */
  async syncNamespace(name: string): Promise<void> {
    const isLabelled = this.#labelled.all().some(({ metadata }) => metadata.name === name);
    if (isLabelled) await this.#follow(name);
    else if (this.#namespaces.delete(name)) {
      for (const [watched, path] of this.#inNamespaces) watched.drop(path(name));
    }
  }

  async #follow(name: string): Promise<void> {
    if (this.#namespaces.has(name)) return;
    this.#namespaces.add(name);
    await Promise.all(this.#inNamespaces.map(([watched, path]) => watched.add(path(name))));
  }

  service(key: string): Service | undefined {
    return this.services.get(key);
  }

  endpointSlice(key: string): EndpointSlice | undefined {
    return this.#slices.get(key);
  }

  endpointSlices(): EndpointSlice[] {
    return this.#slices.all();
  }

  pods(): Pod[] {
    return this.#pods.all();
  }

  #adder<T extends Resource>(
    kind: Task["kind"],
    matters: (before: T, after: T) => boolean = () => true,
    concerns: (resource: T) => boolean = () => true,
  ): Listener<T> {
    return ({ before, after }) => {
      const resource = after ?? before;
      if (resource === undefined || !concerns(resource)) return;
      if (before !== undefined && after !== undefined && !matters(before, after)) return;
      this.#queue.add({ kind, key: keyOf(resource) });
    };
  }
}
