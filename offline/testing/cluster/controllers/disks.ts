import {
  CoreV1Api,
  type KubeConfig,
  type V1PersistentVolume,
  type V1PersistentVolumeClaim,
} from "@kubernetes/client-node";
import type { ClusterNode } from "../cluster-node.ts";
import { Reconciler } from "./reconciler.ts";
import { Watched } from "./watched.ts";

const STORAGE_CLASS = "standard";
const PROVISIONER = "slipway.test/disk";
const SELECTED_NODE = "volume.kubernetes.io/selected-node";
const FOLDER = "/var/local/disks";

interface DisksArgs {
  readonly config: KubeConfig;
  readonly nodes: readonly ClusterNode[];
}

/**
 * Provides the disks of the storage class: folders on the node that the scheduler chose for the pod. The
 * kubelet gives them to the pod's group, as it does with a cloud's disks; their size is not kept to.
 */
export class Disks {
  readonly #api: CoreV1Api;
  readonly #nodes: readonly ClusterNode[];
  readonly #reconciler = new Reconciler(() => this.#reconcile());
  readonly #claims: Watched<V1PersistentVolumeClaim>;
  readonly #volumes: Watched<V1PersistentVolume>;

  constructor({ config, nodes }: DisksArgs) {
    this.#nodes = nodes;
    const api = config.makeApiClient(CoreV1Api);
    const { request } = this.#reconciler;
    const claimList = () => api.listPersistentVolumeClaimForAllNamespaces();
    const volumeList = () => api.listPersistentVolume();
    this.#claims = new Watched(config, "/api/v1/persistentvolumeclaims", claimList, request);
    this.#volumes = new Watched(config, "/api/v1/persistentvolumes", volumeList, request);
    this.#api = api;
  }

  async start(): Promise<void> {
    await Promise.all([this.#claims.start(), this.#volumes.start()]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#claims.stop(), this.#volumes.stop()]);
    await this.#reconciler.stop();
  }

  async #reconcile(): Promise<void> {
    const names = new Set(this.#volumes.all().map(({ metadata }) => metadata?.name));
    for (const claim of this.#claims.all()) {
      if (waitsForDisk(claim) && !names.has(volumeName(claim))) await this.#provide(claim);
    }
    for (const volume of this.#volumes.all()) {
      if (isToBeRemoved(volume)) await this.#remove(volume);
    }
  }

  async #provide(claim: V1PersistentVolumeClaim): Promise<void> {
    const name = volumeName(claim);
    const path = `${FOLDER}/${name}`;
    const node = this.#nodeNamed(claim.metadata?.annotations?.[SELECTED_NODE]);
    // As a new disk has it: what wants an empty folder must not have the disk's own.
    await node.run(["mkdir", "--parents", `${path}/lost+found`]);
    await this.#api.createPersistentVolume({ body: volumeFor(claim, { name, path, node }) });
  }

  async #remove(volume: V1PersistentVolume): Promise<void> {
    const { metadata, spec } = volume;
    const node = this.#nodeNamed(nodeOf(volume));
    await node.run(["rm", "--recursive", "--force", `${spec?.local?.path}`]);
    await this.#api.deletePersistentVolume({ name: metadata?.name ?? "" });
  }

  #nodeNamed(name: string | undefined): ClusterNode {
    const node = this.#nodes.find((each) => each.name === name);
    if (node === undefined) throw new Error(`The cluster has no node ${name}.`);
    return node;
  }
}

function waitsForDisk({ metadata, spec, status }: V1PersistentVolumeClaim): boolean {
  return (
    spec?.storageClassName === STORAGE_CLASS &&
    status?.phase === "Pending" &&
    metadata?.annotations?.[SELECTED_NODE] !== undefined
  );
}

function volumeName({ metadata }: V1PersistentVolumeClaim): string {
  return `pvc-${metadata?.uid}`;
}

function isToBeRemoved({ metadata, spec, status }: V1PersistentVolume): boolean {
  return (
    spec?.storageClassName === STORAGE_CLASS &&
    spec.persistentVolumeReclaimPolicy === "Delete" &&
    status?.phase === "Released" &&
    metadata?.deletionTimestamp === undefined
  );
}

function nodeOf({ spec }: V1PersistentVolume): string | undefined {
  const [term] = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return term?.matchExpressions?.[0]?.values?.[0];
}

function volumeFor(
  { metadata, spec }: V1PersistentVolumeClaim,
  { name, path, node }: { name: string; path: string; node: ClusterNode },
): V1PersistentVolume {
  const onNode = { key: "kubernetes.io/hostname", operator: "In", values: [node.name] };
  return {
    metadata: { name, annotations: { "pv.kubernetes.io/provisioned-by": PROVISIONER } },
    spec: {
      storageClassName: STORAGE_CLASS,
      persistentVolumeReclaimPolicy: "Delete",
      accessModes: spec?.accessModes ?? [],
      capacity: { storage: spec?.resources?.requests?.["storage"] ?? "1Gi" },
      local: { path },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [onNode] }] } },
      claimRef: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        name: metadata?.name ?? "",
        namespace: metadata?.namespace ?? "",
        uid: metadata?.uid ?? "",
      },
    },
  };
}
