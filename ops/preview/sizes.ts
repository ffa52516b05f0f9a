import type { Change } from "./changes.ts";
import { at, isUnknown } from "./values.ts";

/** Something that a bill or a machine feels, before and after. */
export interface Size {
  readonly component: string;
  readonly name: string;
  /** What is counted, as `size` or `GiB`. */
  readonly of: string;
  /** Undefined: not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Where the sizes of a type are, and what they are called. */
const SIZES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "digitalocean:index/droplet:Droplet": { size: "size" },
  "digitalocean:index/volume:Volume": { size: "GiB" },
  "digitalocean:index/databaseCluster:DatabaseCluster": {
    size: "size",
    nodeCount: "nodes",
    storageSizeMib: "MiB",
  },
  "gcp:compute/instance:Instance": { machineType: "size", "bootDisk.initializeParams.size": "GiB" },
  "gcp:compute/disk:Disk": { size: "GiB", type: "kind of disk" },
  "gcp:sql/databaseInstance:DatabaseInstance": {
    "settings.tier": "size",
    "settings.availabilityType": "availability",
    "settings.diskSize": "GiB",
  },
  "gcp:container/cluster:Cluster": { enableAutopilot: "Autopilot", initialNodeCount: "nodes" },
  "gcp:container/nodePool:NodePool": {
    nodeCount: "nodes",
    "nodeConfig.machineType": "size",
    "autoscaling.maxNodeCount": "nodes at most",
  },
  "kubernetes:core/v1:PersistentVolumeClaim": { "spec.resources.requests.storage": "storage" },
  "kubernetes:apps/v1:StatefulSet": {
    "spec.template.spec.containers.0.resources.limits.memory": "memory of the pod at most",
  },
  "kubernetes:apps/v1:Deployment": {
    "spec.replicas": "pods",
    "spec.template.spec.containers.0.resources.requests.cpu": "CPU of a pod",
    "spec.template.spec.containers.0.resources.requests.memory": "memory of a pod",
  },
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": { "spec.maxReplicas": "pods at most" },
};

/** The sizes that a preview changes. */
export function sizesOf(changes: readonly Change[]): Size[] {
  return [...containersOf(changes), ...changes.flatMap(ofChange)].filter(
    ({ before, after }) => before !== after,
  );
}

function ofChange({ type, component, name, old, now }: Change): Size[] {
  return Object.entries(SIZES[type] ?? {}).map(([path, of]) => ({
    component,
    name,
    of,
    before: shown(at(old, path)),
    after: shown(at(now, path)),
  }));
}

function shown(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return isUnknown(value) ? "not known yet" : String(value);
}

/** How many containers of the app there are on a Docker host, where that changes. */
function containersOf(changes: readonly Change[]): Size[] {
  const app = changes.filter(
    ({ type, component }) => type === "docker:index/container:Container" && component === "web",
  );
  const count = (without: string) => app.filter(({ action }) => action !== without).length;
  if (app.length === 0) return [];
  const [before, after] = [count("create"), count("delete")].map((one) =>
    one ? String(one) : undefined,
  );
  return [{ component: "web", name: "web", of: "containers", before, after }];
}
