import { offlineImages } from "../../offline/images/index.ts";

/** As the program writes them: two controllers that may read one namespace, behind a load balancer. */
export function controllerManifests(namespace: string, className: string): object[] {
  const metadata = { name: "controller", namespace };
  const everywhere = { name: className };
  const account = [{ kind: "ServiceAccount", name: "controller", namespace }];
  const group = "rbac.authorization.k8s.io";
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: `${group}/v1`, kind: "Role", metadata, rules: IN_NAMESPACE },
    {
      ...{ apiVersion: `${group}/v1`, kind: "RoleBinding", metadata, subjects: account },
      roleRef: { apiGroup: group, kind: "Role", name: "controller" },
    },
    { apiVersion: `${group}/v1`, kind: "ClusterRole", metadata: everywhere, rules: EVERYWHERE },
    {
      ...{ apiVersion: `${group}/v1`, kind: "ClusterRoleBinding", metadata: everywhere },
      subjects: account,
      roleRef: { apiGroup: group, kind: "ClusterRole", name: className },
    },
    {
      ...{ apiVersion: "networking.k8s.io/v1", kind: "IngressClass", metadata: everywhere },
      spec: { controller: "nginx.org/ingress-controller" },
    },
    {
      ...{ apiVersion: "v1", kind: "ConfigMap", metadata },
      data: { "http-snippets": "keepalive_min_timeout 10s;", http2: "true" },
    },
    {
      ...{ apiVersion: "v1", kind: "Service", metadata },
      spec: {
        type: "LoadBalancer",
        selector: { app: "controller" },
        ports: [80, 443].map((port) => ({ name: `port-${port}`, port })),
      },
    },
    {
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: "controller" } },
        template: {
          metadata: { labels: { app: "controller" } },
          spec: controllerPod(namespace, className),
        },
      },
    },
  ];
}

/** An app that answers with its version, and takes its leave before it ends. */
export function appManifests(namespace: string, version: string): object[] {
  const metadata = { name: "web", namespace };
  const code =
    "const server = require('http').createServer((request, response) => response.end(process.env.VERSION));" +
    "server.listen(3000); process.on('SIGTERM', () => server.close(() => process.exit(0)))";
  const container = {
    name: "web",
    image: offlineImages.node,
    command: ["node", "-e", code],
    env: [{ name: "VERSION", value: version }],
    ports: [{ name: "http", containerPort: 3000 }],
    readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 1 },
    lifecycle: { preStop: { exec: { command: ["sleep", "5"] } } },
  };
  return [
    {
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: "web" } },
        strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: { metadata: { labels: { app: "web" } }, spec: { containers: [container] } },
      },
    },
    {
      ...{ apiVersion: "v1", kind: "Service", metadata },
      spec: { selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: "http" }] },
    },
  ];
}

const READ = ["get", "list", "watch"];

const IN_NAMESPACE = [
  {
    ...{ apiGroups: [""], verbs: READ },
    resources: ["configmaps", "secrets", "services", "pods"],
  },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: READ },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: READ },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses/status"], verbs: ["update"] },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] },
];

const EVERYWHERE = [
  { apiGroups: ["networking.k8s.io"], resources: ["ingressclasses"], verbs: ["get"] },
  { apiGroups: [""], resources: ["namespaces"], verbs: ["get"] },
];

function controllerPod(namespace: string, className: string): object {
  const folders = { etc: "/etc/nginx", cache: "/var/cache/nginx", lib: "/var/lib/nginx" };
  const closed = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true };
  const capabilities = { drop: ["ALL"] };
  const image = offlineImages.ingressController;
  const fromPod = (name: string, fieldPath: string) => ({
    ...{ name, valueFrom: { fieldRef: { fieldPath } } },
  });
  return {
    serviceAccountName: "controller",
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: 101, seccompProfile: { type: "RuntimeDefault" } },
      sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
    },
    initContainers: [
      {
        ...{ name: "configuration", image },
        command: ["cp", "-vdR", "/etc/nginx/.", "/mnt/etc"],
        securityContext: { ...closed, capabilities },
        volumeMounts: [{ name: "etc", mountPath: "/mnt/etc" }],
      },
    ],
    containers: [
      {
        ...{ name: "controller", image },
        args: [
          "-nginx-configmaps=$(POD_NAMESPACE)/controller",
          ...[`-ingress-class=${className}`, `-watch-namespace=${namespace}`],
          ...["-report-ingress-status", "-external-service=controller"],
          ...["-enable-custom-resources=false", "-enable-telemetry-reporting=false"],
        ],
        env: [fromPod("POD_NAMESPACE", "metadata.namespace"), fromPod("POD_NAME", "metadata.name")],
        readinessProbe: { httpGet: { path: "/nginx-ready", port: 8081 }, periodSeconds: 1 },
        securityContext: {
          ...closed,
          capabilities: { ...capabilities, add: ["NET_BIND_SERVICE"] },
        },
        volumeMounts: Object.entries(folders).map(([name, mountPath]) => ({ name, mountPath })),
      },
    ],
    volumes: Object.keys(folders).map((name) => ({ name, emptyDir: {} })),
  };
}
