import type { KubernetesObject } from "@kubernetes/client-node";
import { PROJECT } from "../../project.ts";
import type { LabelledThing } from "../target.ts";
import { type Namespace, reached } from "./namespace.ts";

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Whether it is in no namespace. */
  readonly everywhere?: true;
}

/** What a stack makes, in an order fit for removal. */
const KINDS: readonly Kind[] = [
  { apiVersion: "networking.k8s.io/v1", kind: "Ingress" },
  { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler" },
  { apiVersion: "policy/v1", kind: "PodDisruptionBudget" },
  { apiVersion: "batch/v1", kind: "Job" },
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: "apps/v1", kind: "StatefulSet" },
  { apiVersion: "v1", kind: "PodTemplate" },
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "v1", kind: "Secret" },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role" },
  { apiVersion: "v1", kind: "ServiceAccount" },
  { apiVersion: "v1", kind: "PersistentVolumeClaim" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", everywhere: true },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", everywhere: true },
  { apiVersion: "networking.k8s.io/v1", kind: "IngressClass", everywhere: true },
  { apiVersion: "v1", kind: "Namespace", everywhere: true },
];

/** What of a stack is in the cluster, with the labels that say so. */
export async function objects(namespace: Namespace, stack: string): Promise<LabelledThing[]> {
  const lists = await Promise.all(KINDS.map((kind) => list(namespace, stack, kind)));
  return lists.flat();
}

async function list(
  { objects: api, name: namespace }: Namespace,
  stack: string,
  { apiVersion, kind, everywhere }: Kind,
): Promise<LabelledThing[]> {
  const labelSelector = `slipway.project=${PROJECT},slipway.stack=${stack}`;
  const where = everywhere === true ? undefined : namespace;
  const none = [undefined, undefined, undefined, undefined] as const;
  const { items } = await reached(() =>
    api.list<KubernetesObject>(apiVersion, kind, where, ...none, labelSelector),
  );
  return items
    .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
    .map((object) => ({
      id: object.metadata?.uid ?? "",
      name: object.metadata?.name ?? "",
      kind: kind.toLowerCase(),
      role: kind === "PersistentVolumeClaim" || kind === "Namespace" ? "data" : "resource",
      remove: async () => {
        await api.delete({ ...object, apiVersion, kind });
      },
    }));
}
