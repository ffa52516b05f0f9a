import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { after } from "../after.ts";
import type { Owner } from "../labels.ts";
import { claimNames, claimVariables, loginHeaders } from "../nginx/client-claims.ts";
import { HEADERS_TABLE, HOSTS_DIFFER, LIMITS, REFUSE_TWO_HOSTS } from "../nginx/limits.ts";
import { WORKER_CONNECTIONS, WORKER_FILES } from "../nginx/main-conf.ts";
import { TLS_CIPHERS } from "../nginx/names.ts";
import type { Cluster } from "./cluster.ts";
import {
  CONTROLLER_ACCOUNT,
  CONTROLLER_NAMESPACE,
  classOf,
  SERVED_BY,
  servedRole,
} from "./ingress-sharing.ts";
import { objectLabels, selector } from "./kubernetes-labels.ts";
import {
  gracefulShutdown,
  LEAVE_BALANCER_SECONDS,
  PROGRESS_SECONDS,
  SKIP_AWAIT,
  spreadAcrossNodes,
} from "./pod-life.ts";
import { CONTROLLER_RESOURCES } from "./pod-resources.ts";
import { NO_PRIVILEGES, nonRoot } from "./pod-security.ts";
import { ROLL_OUT_PART } from "./steps/definitions.ts";

export interface NginxIngressControllerArgs {
  readonly cluster: Cluster;
  readonly owner: Owner;
  readonly namespace: pulumi.Input<string>;
  /** Image of the NGINX Ingress Controller of F5, 5.5.2 or later. */
  readonly image: string;
  /** Names of Secrets with a login of the registry that the image may be in. */
  readonly pullSecrets: readonly pulumi.Input<string>[];
  /** Networks of proxies in front, whose word on the client is believed. */
  readonly trustedProxies: readonly string[];
  readonly drainSeconds: number;
  /** Whether it serves the namespaces of other stacks too, those that let it. */
  readonly shared: boolean;
}

const NGINX_USER = 101;
/** One serves while the other one's node is away. */
export const CONTROLLER_PODS = 2;
const PORTS = { http: 80, https: 443, ready: 8081, metrics: 9113 } as const;

/**
 * The NGINX Ingress Controller of F5, two of it, for this stack's namespace alone unless it is shared, behind
 * a load balancer with a public address. Without custom resources, snippets in Ingresses and telemetry.
 *
 * One that is shared serves the namespaces with its label, and may read those that bind its account to what it
 * reads: no Secret of another one. See `ServedNamespace`.
 *
 * @see https://docs.nginx.com/nginx-ingress-controller/
 */
export class NginxIngressController extends pulumi.ComponentResource {
  readonly className: pulumi.Output<string>;

  constructor(
    name: string,
    args: NginxIngressControllerArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("slipway:kubernetes:NginxIngressController", name, {}, opts);
    const { owner, namespace } = args;
    const child = { parent: this };
    const matchLabels = selector(owner, "ingress");
    const metadata = { name, namespace, labels: objectLabels(owner, "ingress") };

    const account = this.#account(name, args);
    const conf = new kubernetes.core.v1.ConfigMap(
      name,
      {
        // Another configuration is another object, which rolls the controller.
        metadata: { namespace, labels: objectLabels(owner, "ingress") },
        immutable: true,
        data: controllerConf(args),
      },
      child,
    );
    const ingressClass = new kubernetes.networking.v1.IngressClass(
      name,
      {
        metadata: {
          name: classOf(owner),
          labels: objectLabels(owner, "ingress"),
          ...(args.shared ? { annotations: { [CONTROLLER_NAMESPACE]: namespace } } : {}),
        },
        spec: { controller: "nginx.org/ingress-controller" },
      },
      child,
    );
    const deployment = new kubernetes.apps.v1.Deployment(
      name,
      {
        metadata: {
          ...metadata,
          annotations: {
            // Waited for by the step below, which says sooner why it is in vain.
            ...SKIP_AWAIT,
            // A step that was taken again may have set what its pods are made from.
            "pulumi.com/patchForce": "true",
          },
        },
        spec: {
          replicas: CONTROLLER_PODS,
          selector: { matchLabels },
          strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          progressDeadlineSeconds: PROGRESS_SECONDS,
          template: {
            metadata: { labels: objectLabels(owner, "ingress") },
            spec: controllerPod(name, args, {
              account: account.metadata.name,
              conf: conf.metadata.name,
              className: ingressClass.metadata.name,
            }),
          },
        },
      },
      { ...child, dependsOn: [account] },
    );
    const part = { name: deployment.metadata.name, template: deployment.spec.template };
    const rolledOut = args.cluster.steps.step(
      `${name}-rolled-out`,
      ROLL_OUT_PART,
      { namespace, part, setting: "ingressController" },
      child,
    );
    // An Ingress waits for its address, which the controller gives.
    this.className = after(ingressClass.metadata.name, rolledOut);
    new kubernetes.core.v1.Service(
      name,
      {
        metadata,
        spec: {
          type: "LoadBalancer",
          // The address of the client arrives; without it the nodes would put theirs in its place.
          externalTrafficPolicy: "Local",
          selector: matchLabels,
          ports: (["http", "https"] as const).map((port) => ({
            name: port,
            port: PORTS[port],
            targetPort: port,
          })),
        },
      },
      { ...child, dependsOn: [rolledOut] },
    );
    new kubernetes.policy.v1.PodDisruptionBudget(
      name,
      { metadata, spec: { maxUnavailable: 1, selector: { matchLabels } } },
      child,
    );
    this.registerOutputs({ className: this.className });
  }

  /** May read what it serves in its namespace, its class, and where it is shared which namespaces it serves. */
  #account(name: string, { owner, namespace, shared, pullSecrets }: NginxIngressControllerArgs) {
    const child = { parent: this };
    const metadata = { name, namespace, labels: objectLabels(owner, "ingress") };
    const account = new kubernetes.core.v1.ServiceAccount(
      name,
      {
        metadata: { ...metadata, name: CONTROLLER_ACCOUNT },
        automountServiceAccountToken: false,
        ...(pullSecrets.length > 0 && {
          imagePullSecrets: pullSecrets.map((secret) => ({ name: secret })),
        }),
      },
      child,
    );
    const subjects = [{ kind: "ServiceAccount", name: account.metadata.name, namespace }];
    const rules = [...SERVED, ...ABOUT_ITSELF];
    const role = new kubernetes.rbac.v1.Role(name, { metadata, rules }, child);
    const binding = new kubernetes.rbac.v1.RoleBinding(
      name,
      { metadata, subjects, roleRef: { apiGroup: RBAC, kind: "Role", name: role.metadata.name } },
      child,
    );
    const everywhere = { name: classOf(owner), labels: objectLabels(owner, "ingress") };
    const clusterRole = new kubernetes.rbac.v1.ClusterRole(
      name,
      {
        metadata: everywhere,
        rules: [itsClass(owner), ...(shared ? [NAMESPACES] : [])],
      },
      child,
    );
    new kubernetes.rbac.v1.ClusterRoleBinding(
      name,
      {
        metadata: everywhere,
        subjects,
        roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: clusterRole.metadata.name },
      },
      { ...child, dependsOn: [binding] },
    );
    if (shared) {
      // Bound to nothing here: each namespace that is served binds it for itself.
      new kubernetes.rbac.v1.ClusterRole(
        `${name}-served`,
        {
          metadata: { ...everywhere, name: servedRole(classOf(owner)) },
          rules: SERVED,
        },
        child,
      );
    }
    return account;
  }
}

const RBAC = "rbac.authorization.k8s.io";

const READ = ["get", "list", "watch"];

/** Where it serves Ingresses. */
const SERVED = [
  { apiGroups: [""], resources: ["secrets", "services", "pods"], verbs: READ },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: READ },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: READ },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses/status"], verbs: ["update"] },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
];

/** Where it is itself. */
const ABOUT_ITSELF = [
  { apiGroups: [""], resources: ["configmaps"], verbs: READ },
  // It says so where the namespace that it is to serve is not there.
  { apiGroups: [""], resources: ["namespaces"], verbs: ["get"] },
  // It writes on its own pods which version they are.
  { apiGroups: [""], resources: ["pods"], verbs: ["update"] },
  // Which of them writes the address of the load balancer.
  {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    verbs: [...READ, "create", "update"],
  },
  { apiGroups: ["apps"], resources: ["replicasets", "daemonsets", "statefulsets"], verbs: ["get"] },
];

/** It does not start without. */
const itsClass = (owner: Owner) => ({
  apiGroups: ["networking.k8s.io"],
  resources: ["ingressclasses"],
  resourceNames: [classOf(owner)],
  verbs: ["get"],
});

/** Which have the label can only be asked of all. */
const NAMESPACES = { apiGroups: [""], resources: ["namespaces"], verbs: READ };

function controllerConf({ trustedProxies }: NginxIngressControllerArgs): Record<string, string> {
  return {
    "http-snippets": httpSnippet(trustedProxies),
    "server-snippets": REFUSE_TWO_HOSTS,
    ...(trustedProxies.length === 0
      ? {}
      : { "location-snippets": locationSnippet(trustedProxies) }),
    "worker-connections": String(WORKER_CONNECTIONS),
    "worker-rlimit-nofile": String(WORKER_FILES),
    "server-names-hash-bucket-size": "512",
    "server-tokens": "false",
    // Nothing for a host that nobody has.
    "default-server-return": "444",
    http2: "true",
    "ssl-protocols": "TLSv1.2 TLSv1.3",
    "ssl-ciphers": TLS_CIPHERS,
    ...(trustedProxies.length === 0
      ? {}
      : {
          "set-real-ip-from": trustedProxies.join(","),
          "real-ip-header": "X-Forwarded-For",
          "real-ip-recursive": "true",
        }),
  };
}

function httpSnippet(trustedProxies: readonly string[]): string {
  const claims = claimVariables({ inFront: "clients", trustedProxies });
  return [
    // A reload must not close a connection just as its client uses it (nginx 1.27.4 and later).
    "keepalive_min_timeout 10s;",
    LIMITS,
    HOSTS_DIFFER,
    ...(trustedProxies.length === 0 ? [] : [HEADERS_TABLE, claims]),
  ].join("\n");
}

/**
 * What a trusted proxy says of the client. The controller adds its own view of scheme and port behind these,
 * and whoever is behind it takes the first of two.
 */
function locationSnippet(trustedProxies: readonly string[]): string {
  const { scheme, port } = claimNames();
  return [
    `proxy_set_header X-Forwarded-Proto ${scheme};`,
    `proxy_set_header X-Forwarded-Port ${port};`,
    ...loginHeaders({ inFront: "clients", trustedProxies }),
  ].join("\n");
}

function controllerPod(
  name: string,
  args: NginxIngressControllerArgs,
  uses: Record<"account" | "conf" | "className", pulumi.Input<string>>,
): kubernetes.types.input.core.v1.PodSpec {
  const { lifecycle, graceSeconds } = gracefulShutdown(args.drainSeconds, LEAVE_BALANCER_SECONDS);
  const privileges = {
    ...NO_PRIVILEGES,
    capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
  };
  return {
    serviceAccountName: uses.account,
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    securityContext: {
      ...nonRoot(NGINX_USER),
      sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
    },
    terminationGracePeriodSeconds: graceSeconds,
    ...spreadAcrossNodes(selector(args.owner, "ingress")),
    // It writes its configuration, and its image's is to be there to begin with.
    initContainers: [
      {
        name: "configuration",
        image: args.image,
        command: ["cp", "-vdR", "/etc/nginx/.", "/mnt/etc"],
        resources: { requests: { cpu: "25m", memory: "64Mi" }, limits: { memory: "128Mi" } },
        securityContext: NO_PRIVILEGES,
        volumeMounts: [{ name: "etc", mountPath: "/mnt/etc" }],
      },
    ],
    containers: [
      {
        name: "nginx-ingress",
        image: args.image,
        args: [
          pulumi.interpolate`-nginx-configmaps=$(POD_NAMESPACE)/${uses.conf}`,
          pulumi.interpolate`-ingress-class=${uses.className}`,
          args.shared
            ? `-watch-namespace-label=${SERVED_BY}=${args.owner.stack}`
            : pulumi.interpolate`-watch-namespace=${args.namespace}`,
          "-report-ingress-status",
          `-external-service=${name}`,
          `-leader-election-lock-name=${name}`,
          "-enable-custom-resources=false",
          "-enable-telemetry-reporting=false",
          "-enable-prometheus-metrics",
          "-ready-status",
        ],
        env: [
          { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
          { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
        ],
        ports: Object.entries(PORTS).map(([port, containerPort]) => ({
          name: port,
          containerPort,
        })),
        readinessProbe: {
          httpGet: { path: "/nginx-ready", port: "ready" },
          periodSeconds: 1,
          initialDelaySeconds: 0,
        },
        lifecycle,
        resources: CONTROLLER_RESOURCES,
        securityContext: privileges,
        terminationMessagePolicy: "FallbackToLogsOnError",
        volumeMounts: [
          { name: "etc", mountPath: "/etc/nginx" },
          { name: "cache", mountPath: "/var/cache/nginx" },
          { name: "lib", mountPath: "/var/lib/nginx" },
          { name: "log", mountPath: "/var/log/nginx" },
        ],
      },
    ],
    volumes: ["etc", "cache", "lib", "log"].map((volume) => ({ name: volume, emptyDir: {} })),
  };
}
