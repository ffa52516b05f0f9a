export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Whether it is in no namespace. */
  readonly everywhere?: true;
}

/** What a stack makes, in an order fit for removal. */
export const KINDS: readonly Kind[] = [
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

/** Whether the listing of a stack has objects of a resource's type, as `kubernetes:apps/v1:Deployment`. */
export const isListedType = (type: string): boolean =>
  KINDS.some(({ apiVersion, kind }) => {
    const group = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
    return type === `kubernetes:${group}:${kind}`;
  });
