import type { Arguments } from "../arguments.ts";
import { watchedNamespaces } from "../arguments.ts";
import type { Api } from "../cluster/api.ts";
import type {
  ConfigMap,
  EndpointSlice,
  Ingress,
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
  readonly #queue: TaskQueue;

  constructor(parts: Parts) {
    const { values, externalService } = parts;
    const namespaces = watchedNamespaces(values);
    this.#queue = parts.queue;
    const lists = (group: string, plural: string) =>
      namespaces.map((name) => `${group}${name === "" ? "" : `/namespaces/${name}`}/${plural}`);
    const watch = <T extends Resource>(
      paths: readonly string[],
      listener?: Listener<T>,
      query = "",
    ) => new Watched<T>({ ...parts, paths, query }, listener);

    this.ingresses = watch(
      lists("/apis/networking.k8s.io/v1", "ingresses"),
      this.#adder<Ingress>("ingress", hasChanged),
    );
    this.services = watch(
      lists("/api/v1", "services"),
      this.#adder("service", (before, after) => {
        return keyOf(after) === externalService || servicePortsChanged(before, after);
      }),
    );
    this.#slices = watch(
      lists("/apis/discovery.k8s.io/v1", "endpointslices"),
      this.#adder("endpointSlice"),
    );
    this.#pods = watch(lists("/api/v1", "pods"));
    this.secrets = watch(
      lists("/api/v1", "secrets"),
      this.#adder("secret", () => true, isSupported),
      NO_HELM_RELEASES,
    );
    const [namespace = "", name = ""] = values["nginx-configmaps"].split("/");
    this.configMaps = watch(
      name === "" ? [] : [`/api/v1/namespaces/${namespace}/configmaps`],
      this.#adder<ConfigMap>("configMap", hasChanged, ({ metadata }) => metadata.name === name),
    );
  }

  async start(): Promise<void> {
    const all = [this.ingresses, this.services, this.#slices, this.#pods, this.secrets];
    await Promise.all([...all, this.configMaps].map((watched) => watched.start()));
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
