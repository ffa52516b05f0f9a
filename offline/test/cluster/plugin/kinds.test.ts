import { expect, test } from "vitest";
import type { Properties } from "../../engine/plugins/plugin.ts";
import { head, OwnNamespace } from "./own-namespace.ts";

const own = new OwnNamespace();
const labels = { app: "web" };
const container = {
  name: "web",
  image: "example.invalid/web:1",
  resources: { limits: { cpu: "1000m", memory: "1024Mi" }, requests: { cpu: 0.5 } },
  securityContext: { allowPrivilegeEscalation: false, privileged: false },
  stdin: false,
};
const template = { metadata: { labels }, spec: { containers: [container] } };
const job = {
  backoffLimit: 0,
  suspend: true,
  template: { spec: { restartPolicy: "Never", containers: [container] } },
};
const rule = { apiGroups: [""], resources: ["configmaps"], verbs: ["get"] };
const skipAwait = { annotations: { "pulumi.com/skipAwait": "true" } };

/** Objects that need no node, and so are ready or not waited for; each with a change in place. */
const OBJECTS: readonly (readonly [token: string, object: Properties, change: Properties])[] = [
  ["core/v1:ConfigMap", { data: { a: "1" }, metadata: {} }, { metadata: { labels } }],
  ["core/v1:Secret", { stringData: { a: "1" } }, { metadata: { labels } }],
  [
    "core/v1:ServiceAccount",
    { automountServiceAccountToken: false },
    { automountServiceAccountToken: true },
  ],
  [
    "core/v1:ResourceQuota",
    { spec: { hard: { pods: 50, "requests.memory": "2048Mi" } } },
    { spec: { hard: { pods: "60" } } },
  ],
  [
    "core/v1:LimitRange",
    { spec: { limits: [{ type: "Container", default: { cpu: "1000m" } }] } },
    { spec: { limits: [{ type: "Container", default: { cpu: "2" } }] } },
  ],
  [
    "core/v1:Service",
    { spec: { ports: [{ port: 80, targetPort: "http" }], clusterIP: "None", selector: labels } },
    { spec: { ports: [{ port: 80, name: "http" }], clusterIP: "None", selector: labels } },
  ],
  [
    "core/v1:PersistentVolumeClaim",
    {
      metadata: skipAwait,
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1024Mi" } } },
    },
    { metadata: { ...skipAwait, labels } },
  ],
  [
    "core/v1:Pod",
    {
      metadata: { ...skipAwait, labels: { silent: "1" } },
      spec: { nodeSelector: { nowhere: "1" }, containers: [container] },
    },
    { metadata: { ...skipAwait, labels: { silent: "2" } } },
  ],
  [
    "apps/v1:Deployment",
    { spec: { replicas: 0, selector: { matchLabels: labels }, template } },
    { spec: { replicas: 0, minReadySeconds: 1, selector: { matchLabels: labels }, template } },
  ],
  [
    "apps/v1:StatefulSet",
    { spec: { replicas: 0, serviceName: "web", selector: { matchLabels: labels }, template } },
    {
      spec: {
        replicas: 0,
        minReadySeconds: 1,
        serviceName: "web",
        selector: { matchLabels: labels },
        template,
      },
    },
  ],
  [
    "apps/v1:DaemonSet",
    {
      spec: {
        selector: { matchLabels: labels },
        template: {
          ...template,
          spec: { nodeSelector: { nowhere: "1" }, containers: [container] },
        },
      },
    },
    { metadata: { labels } },
  ],
  ["batch/v1:Job", { metadata: skipAwait, spec: job }, { metadata: { ...skipAwait, labels } }],
  [
    "batch/v1:CronJob",
    { spec: { schedule: "0 0 1 1 *", jobTemplate: { spec: job } } },
    { spec: { schedule: "0 0 1 2 *", jobTemplate: { spec: job } } },
  ],
  [
    "networking.k8s.io/v1:Ingress",
    {
      metadata: skipAwait,
      spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } },
    },
    { metadata: { ...skipAwait, labels } },
  ],
  [
    "networking.k8s.io/v1:IngressClass",
    { spec: { controller: "slipway.example/none" } },
    { metadata: { labels } },
  ],
  [
    "networking.k8s.io/v1:NetworkPolicy",
    { spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [] } },
    { spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
  ],
  [
    "policy/v1:PodDisruptionBudget",
    { spec: { minAvailable: "50%", selector: { matchLabels: labels } } },
    { spec: { minAvailable: 1, selector: { matchLabels: labels } } },
  ],
  [
    "autoscaling/v2:HorizontalPodAutoscaler",
    {
      spec: {
        minReplicas: 1,
        maxReplicas: 2,
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "AverageValue", averageValue: "1000m" } },
          },
        ],
      },
    },
    {
      spec: {
        minReplicas: 1,
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      },
    },
  ],
  [
    "rbac.authorization.k8s.io/v1:Role",
    { rules: [rule] },
    { rules: [{ ...rule, verbs: ["list"] }] },
  ],
  [
    "rbac.authorization.k8s.io/v1:RoleBinding",
    {
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "x" },
      subjects: [{ kind: "ServiceAccount", name: "x", namespace: own.name }],
    },
    { metadata: { labels } },
  ],
  [
    "rbac.authorization.k8s.io/v1:ClusterRole",
    { rules: [rule] },
    { rules: [{ ...rule, verbs: ["list"] }] },
  ],
  [
    "rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    {
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "x" },
      subjects: [],
    },
    { metadata: { labels } },
  ],
  [
    "storage.k8s.io/v1:StorageClass",
    { provisioner: "slipway.example/none", parameters: { a: "1" } },
    { metadata: { labels } },
  ],
  [
    "coordination.k8s.io/v1:Lease",
    { spec: { holderIdentity: "x" } },
    { spec: { holderIdentity: "y" } },
  ],
];

test.each(OBJECTS)(
  "%s is made, found unchanged, changed in place and deleted",
  async (token, object, change) => {
    const { plugin } = own;
    const type = `kubernetes:${token}`;
    const inputs = await plugin.checked(type, { ...head(token), ...object });
    const preview = await plugin.create(type, inputs, { preview: true });
    expect(preview.state["metadata"].uid).toBeDefined();

    const made = await own.make(token, object);
    expect(made.id.split("/").at(-1)).toMatch(/^web-[0-9a-f]{8}$/);
    expect(await changes(made.state, made.inputs, made.inputs)).toEqual({});
    const read = await plugin.read(type, made.state, made.inputs);
    expect(await changes(read?.state ?? {}, made.inputs, made.inputs)).toEqual({});

    const changed = await own.changed(made, { ...object, ...change });
    const difference = await plugin.diff(type, made.state, made.inputs, changed);
    expect(difference).toMatchObject({ changed: true, replaces: [] });
    await plugin.update(type, made.state, made.inputs, changed, { preview: true });
    const updated = await plugin.update(type, made.state, made.inputs, changed);
    expect(await changes(updated, changed, changed)).toEqual({});

    await plugin.delete(type, updated);
    await expect.poll(() => plugin.read(type, updated, changed)).toBeUndefined();

    async function changes(state: Properties, before: Properties, after: Properties) {
      return (await plugin.diff(type, state, before, after)).changes;
    }
  },
);
