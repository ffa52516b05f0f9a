/** What the plugin knows of a kind, besides what its API server says. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Unknown of kinds that CRDs define. */
  readonly namespaced?: boolean;
  /** Paths of fields that cannot change, as the official plugin has them. */
  readonly fixed: readonly string[];
  /** The official plugin waits for no such deletion if it waits for no creation. */
  readonly skipsAwaitOfDeletion?: boolean;
}

const POD_FIELDS = [
  "affinity",
  "automountServiceAccountToken",
  "dnsConfig",
  "dnsPolicy",
  "enableServiceLinks",
  "hostAliases",
  "hostIPC",
  "hostNetwork",
  "hostPID",
  "hostname",
  "imagePullSecrets",
  "nodeName",
  "nodeSelector",
  "overhead",
  "preemptionPolicy",
  "priority",
  "priorityClassName",
  "readinessGates",
  "restartPolicy",
  "runtimeClassName",
  "schedulerName",
  "securityContext",
  "serviceAccount",
  "serviceAccountName",
  "shareProcessNamespace",
  "subdomain",
  "terminationGracePeriodSeconds",
  "volumes",
];
const CONTAINER_FIELDS = [
  "args",
  "command",
  "env",
  "image",
  "imagePullPolicy",
  "lifecycle",
  "livenessProbe",
  "ports",
  "readinessProbe",
  "resources",
  "securityContext",
  "stdin",
  "stdinOnce",
  "terminationMessagePath",
  "terminationMessagePolicy",
  "tty",
  "volumeDevices",
  "volumeMounts",
  "workingDir",
];

type Details = Omit<Kind, "apiVersion" | "kind">;

const namespaced: Details = { namespaced: true, fixed: [] };
const ofCluster: Details = { namespaced: false, fixed: [] };
const fixing = (...fixed: string[]): Details => ({ namespaced: true, fixed });
const workload = (...fixed: string[]): Details => ({
  ...fixing(...fixed),
  skipsAwaitOfDeletion: true,
});

/** By group and version as type tokens have them, where the group of `v1` is called `core`. */
const BUILT_IN: Readonly<Record<string, Readonly<Record<string, Details>>>> = {
  "core/v1": {
    // The data of a ConfigMap could change, but what has read it would not know.
    ConfigMap: fixing("binaryData", "data"),
    LimitRange: namespaced,
    Namespace: { ...ofCluster, skipsAwaitOfDeletion: true },
    PersistentVolumeClaim: fixing(
      "spec.accessModes",
      "spec.selector",
      "spec.storageClassName",
      "spec.volumeName",
    ),
    Pod: workload(
      ...POD_FIELDS.map((field) => `spec.${field}`),
      ...CONTAINER_FIELDS.flatMap((field) => [
        `spec.containers.*.${field}`,
        `spec.initContainers.*.${field}`,
      ]),
    ),
    PodTemplate: namespaced,
    ResourceQuota: fixing("spec.scopes"),
    Secret: fixing("type", "stringData", "data"),
    Service: fixing("spec.clusterIP"),
    ServiceAccount: namespaced,
  },
  "apps/v1": {
    DaemonSet: workload("spec.selector"),
    Deployment: workload("spec.selector"),
    StatefulSet: workload(
      "spec.podManagementPolicy",
      "spec.revisionHistoryLimit",
      "spec.selector",
      "spec.serviceName",
      "spec.volumeClaimTemplates",
    ),
  },
  "batch/v1": {
    CronJob: namespaced,
    Job: workload("spec.completions", "spec.parallelism", "spec.selector", "spec.template"),
  },
  "networking.k8s.io/v1": {
    Ingress: namespaced,
    IngressClass: ofCluster,
    NetworkPolicy: namespaced,
  },
  "policy/v1": { PodDisruptionBudget: namespaced },
  "autoscaling/v2": { HorizontalPodAutoscaler: namespaced },
  "rbac.authorization.k8s.io/v1": {
    ClusterRole: ofCluster,
    ClusterRoleBinding: { namespaced: false, fixed: ["roleRef"] },
    Role: namespaced,
    RoleBinding: fixing("roleRef"),
  },
  "storage.k8s.io/v1": {
    StorageClass: { namespaced: false, fixed: ["parameters", "provisioner"] },
  },
  "apiextensions.k8s.io/v1": { CustomResourceDefinition: ofCluster },
  "coordination.k8s.io/v1": { Lease: namespaced },
};

/** Groups whose kinds are never defined by CRDs: Kubernetes' own, and the SDK's components. */
const RESERVED =
  /^([^.]+|(admissionregistration|apiextensions|apiregistration|authentication|authorization|certificates|coordination|discovery|events|internal\.apiserver|networking|node|rbac\.authorization|resource|scheduling|storage|storagemigration|flowcontrol\.apiserver)\.k8s\.io|helm\.sh)$/;

/** The kind that a type token names, such as `kubernetes:apps/v1:Deployment`. */
export function kindOfToken(token: string): Kind | undefined {
  const [, group = "", version = "", name = ""] =
    /^kubernetes:([^/:]+)\/([^/:]+):([^:]+)$/.exec(token) ?? [];
  const details = BUILT_IN[`${group}/${version}`]?.[name];
  const apiVersion = group === "core" ? version : `${group}/${version}`;
  if (details !== undefined) {
    return { apiVersion, kind: name, ...details };
  }
  return name === "" || RESERVED.test(group) ? undefined : { apiVersion, kind: name, fixed: [] };
}

/** What is built in, for the message about what is not. */
export function builtInKinds(): string[] {
  return Object.entries(BUILT_IN).flatMap(([groupVersion, kinds]) =>
    Object.keys(kinds).map((kind) => `${groupVersion}:${kind}`),
  );
}

/** Paths whose change needs a new object. */
export function fixedPaths({ fixed }: Kind): readonly string[] {
  return ["metadata.name", "metadata.namespace", ...fixed];
}

/** Whether the kind is the API server's own: what it is sent, it then stores in a form of its own. */
export function isBuiltIn({ namespaced: known }: Kind): boolean {
  return known !== undefined;
}
