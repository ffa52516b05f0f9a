import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { GkeCluster } from "../../../../components/google/gke-cluster.ts";
import { GkeNetwork } from "../../../../components/google/gke-network.ts";
import { GkeNodeAccount } from "../../../../components/google/gke-node-account.ts";
import { WorkloadAccount } from "../../../../components/google/workload-account.ts";
import { AppProcess } from "../../../../components/kubernetes/app-process.ts";
import { AppSecrets } from "../../../../components/kubernetes/app-secrets.ts";
import { CloudSqlLogin } from "../../../../components/kubernetes/cloud-sql-login.ts";
import { ExistingCluster } from "../../../../components/kubernetes/existing-cluster.ts";
import { ExternalDatabase } from "../../../../components/kubernetes/external-database.ts";
import { Migration } from "../../../../components/kubernetes/migration.ts";
import { NetworkPolicies } from "../../../../components/kubernetes/network-policies.ts";
import { Nginx } from "../../../../components/kubernetes/nginx.ts";
import { NginxIngressController } from "../../../../components/kubernetes/nginx-ingress-controller.ts";
import { Postgres } from "../../../../components/kubernetes/postgres.ts";
import { Release } from "../../../../components/kubernetes/release.ts";
import { ServedNamespace } from "../../../../components/kubernetes/served-namespace.ts";
import { StackNamespace } from "../../../../components/kubernetes/stack-namespace.ts";
import { WebApp } from "../../../../components/kubernetes/web-app.ts";
import { WebIngress } from "../../../../components/kubernetes/web-ingress.ts";
import { WebService } from "../../../../components/kubernetes/web-service.ts";
import { clusterSettings } from "../../stacks/example.ts";

/** Makes a component under the name `it`. */
type Make = (opts: pulumi.ComponentResourceOptions) => void;

const owner = { project: "slipway", stack: "test" };
const { kubeFiles: files, runStep, ingress } = clusterSettings();
const login = {
  databaseName: "app",
  ownerRole: "app",
  password: pulumi.secret("a password"),
};

const existing = {
  kubeconfig: pulumi.secret("a kubeconfig"),
  server: "https://cluster.example",
  files,
  runStep,
  needs: {
    ...{ ...owner, namespace: "slipway-test", ingressClass: undefined, storageClass: undefined },
    ...{ claim: false, certManager: false },
    room: { pods: [], passing: [], claimGiB: undefined, loadBalancers: 0 },
  },
};
const there = () => ({
  owner,
  cluster: new ExistingCluster("cluster", existing),
  namespace: "slipway-test",
  serviceAccount: "app",
});
const appPod = () => ({
  ...there(),
  image: "image:1",
  version: "1",
  environment: { plain: { PORT: pulumi.output("3000") }, secrets: {}, files: [] },
  secretName: "secrets",
  databaseProxy: undefined,
  userId: 1000,
  readOnlyRoot: true,
  drainSeconds: 1,
  cpu: undefined,
  memory: undefined,
});

/** Each component of a cluster, and what it is made of, in the order of the files. */
export const clusterComponents: readonly (readonly [string, Make, readonly string[]])[] = [
  [
    "kubernetes:AppSecrets",
    (opts) => new AppSecrets("it", { ...there(), environment: appPod().environment }, opts),
    ["it: kubernetes:core/v1:Secret"],
  ],
  [
    "kubernetes:CloudSqlLogin",
    (opts) =>
      new CloudSqlLogin(
        "it",
        {
          ...{ ...there(), ...login, image: "postgres:18", proxyImage: "proxy:2", readySeconds: 1 },
          instance: {
            address: pulumi.output("10.0.0.3"),
            connectionName: pulumi.output("acme:europe-west3:it"),
            password: pulumi.secret("a password"),
          },
        },
        opts,
      ),
    [
      "it: command:local:Command",
      "it-client: kubernetes:core/v1:PodTemplate",
      "it-network: kubernetes:networking.k8s.io/v1:NetworkPolicy",
    ],
  ],
  [
    "kubernetes:ExistingCluster",
    (opts) => new ExistingCluster("it", existing, opts),
    [
      "it-checked: command:local:Command",
      "it-command: pulumi:providers:command",
      "it-files: command:local:Command",
      "it-kubernetes: pulumi:providers:kubernetes",
    ],
  ],
  [
    "google:GkeCluster",
    (opts) =>
      new GkeCluster(
        "it",
        {
          ...{ owner, files, runStep, project: "acme", region: "europe-west3", protect: true },
          login: "exec",
          zonal: { zone: "europe-west3-a", size: "small", count: 2 },
        },
        opts,
      ),
    [
      "it: gcp:container/cluster:Cluster",
      "it-command: pulumi:providers:command",
      "it-files: command:local:Command",
      "it-gcp: pulumi:providers:gcp",
      "it-kubernetes: pulumi:providers:kubernetes",
      "it-let-go: command:local:Command",
      "it-network: slipway:google:GkeNetwork",
      "it-nodes: slipway:google:GkeNodeAccount",
      "it-pool: gcp:container/nodePool:NodePool",
    ],
  ],
  [
    "google:GkeNetwork",
    (opts) => new GkeNetwork("it", { region: "europe-west3" }, opts),
    [
      "it: gcp:compute/network:Network",
      "it: gcp:compute/subnetwork:Subnetwork",
      "it-nat: gcp:compute/routerNat:RouterNat",
      "it-router: gcp:compute/router:Router",
    ],
  ],
  [
    "google:GkeNodeAccount",
    (opts) => new GkeNodeAccount("it", { owner, project: "acme" }, opts),
    [
      "it: gcp:serviceaccount/account:Account",
      "it-pulls: gcp:projects/iAMMember:IAMMember",
      "it-runs: gcp:projects/iAMMember:IAMMember",
    ],
  ],
  [
    "kubernetes:Migration",
    (opts) =>
      new Migration(
        "it",
        {
          ...{ ...appPod(), command: "true", shellFor: [], timeoutSeconds: 1 },
          ...{ data: undefined, dump: undefined },
        },
        opts,
      ),
    ["it: kubernetes:batch/v1:Job", "it-image: command:local:Command"],
  ],
  [
    "kubernetes:NetworkPolicies",
    (opts) =>
      new NetworkPolicies(
        "it",
        {
          ...{ ...there(), ports: { app: 3000, front: 8080, database: 5432 }, egress: [] },
          ...{ controllerPods: undefined, challenged: true },
        },
        opts,
      ),
    [
      "it-app: kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "it-challenge: kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "it-database: kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "it-default: kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "it-front: kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "it-ingress: kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "it-web: kubernetes:networking.k8s.io/v1:NetworkPolicy",
    ],
  ],
  [
    "kubernetes:Nginx",
    (opts) =>
      new Nginx(
        "it",
        {
          ...{ ...there(), ...ingress, image: "nginx:1", inFront: "nginx", app: "web:80" },
          ...{ staticFiles: [], userId: 1000, drainSeconds: 1 },
        },
        opts,
      ),
    [
      "it: kubernetes:apps/v1:Deployment",
      "it: kubernetes:core/v1:Service",
      "it: kubernetes:policy/v1:PodDisruptionBudget",
      "it-conf: kubernetes:core/v1:ConfigMap",
      "it-rolled-out: command:local:Command",
    ],
  ],
  [
    "kubernetes:NginxIngressController",
    (opts) =>
      new NginxIngressController(
        "it",
        {
          ...{ ...there(), image: "controller:1", pullSecrets: [], trustedProxies: [] },
          ...{ drainSeconds: 1, shared: false },
        },
        opts,
      ),
    [
      "it: kubernetes:apps/v1:Deployment",
      "it: kubernetes:core/v1:ConfigMap",
      "it: kubernetes:core/v1:Service",
      "it: kubernetes:core/v1:ServiceAccount",
      "it: kubernetes:networking.k8s.io/v1:IngressClass",
      "it: kubernetes:policy/v1:PodDisruptionBudget",
      "it: kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
      "it: kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
      "it: kubernetes:rbac.authorization.k8s.io/v1:Role",
      "it: kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
      "it-rolled-out: command:local:Command",
    ],
  ],
  [
    "kubernetes:ExternalDatabase",
    (opts) =>
      new ExternalDatabase(
        "it",
        {
          ...{ ...there(), ...login, image: "postgres:18", user: "app", ca: undefined },
          ...{ host: "db.example", port: 5432 },
        },
        opts,
      ),
    [
      "it-answers: kubernetes:batch/v1:Job",
      "it-image: command:local:Command",
      "it-login: kubernetes:core/v1:Secret",
    ],
  ],
  [
    "kubernetes:Postgres",
    (opts) =>
      new Postgres(
        "it",
        {
          ...{ ...there(), ...login, image: "postgres:18", memory: 1024, dataGiB: 10 },
          ...{ storageClass: undefined, protect: true, seed: undefined },
        },
        opts,
      ),
    [
      "it: kubernetes:apps/v1:StatefulSet",
      "it: kubernetes:core/v1:Service",
      "it-conf: kubernetes:core/v1:ConfigMap",
      "it-data: kubernetes:core/v1:PersistentVolumeClaim",
      "it-image: command:local:Command",
      "it-login: command:local:Command",
      "it-ready: command:local:Command",
    ],
  ],
  [
    "kubernetes:AppProcess",
    (opts) => new AppProcess("it", { ...appPod(), command: "true" }, opts),
    ["it: kubernetes:apps/v1:Deployment", "it-rolled-out: command:local:Command"],
  ],
  [
    "kubernetes:Release",
    (opts) =>
      new Release(
        "it",
        {
          ...{ ...there(), deployments: [], replicas: 1, image: "image:1", version: "1" },
          ...{ rollbackOf: undefined, sequence: undefined, forwardedProto: "", drainSeconds: 1 },
          ...{ url: "http://shop.example", address: "203.0.113.7" },
          ...{ versionPath: "/version", healthPath: "/readyz", staticFiles: undefined },
        },
        opts,
      ),
    ["it-verified: command:local:Command"],
  ],
  [
    "kubernetes:ServedNamespace",
    (opts) =>
      new ServedNamespace("it", { ...there(), className: "slipway-dev", servedBy: "dev" }, opts),
    [
      "it: kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
      "it-controller: command:local:Command",
      "it-labelled: command:local:Command",
    ],
  ],
  [
    "kubernetes:StackNamespace",
    (opts) =>
      new StackNamespace(
        "it",
        {
          ...{ owner, namespace: "slipway-test", actsAs: undefined, ownController: true },
          registry: { server: "r.example", username: "it", password: pulumi.secret("a password") },
        },
        opts,
      ),
    [
      "it: kubernetes:core/v1:Namespace",
      "it-pods: kubernetes:core/v1:ServiceAccount",
      "it-registry: kubernetes:core/v1:Secret",
    ],
  ],
  [
    "kubernetes:WebApp",
    (opts) =>
      new WebApp(
        "it",
        {
          ...{ ...appPod(), replicas: 2, maxReplicas: 4, port: 3000, healthPath: "/readyz" },
          ...{ healthSeconds: 1, askedAs: { host: "shop.example", scheme: "http" } },
        },
        opts,
      ),
    [
      "it: kubernetes:apps/v1:Deployment",
      "it: kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
      "it: kubernetes:policy/v1:PodDisruptionBudget",
    ],
  ],
  [
    "kubernetes:WebIngress",
    (opts) =>
      new WebIngress(
        "it",
        {
          ...{ ...there(), ...ingress, className: "nginx", ownController: false, service: "front" },
          tls: {
            kind: "acme",
            email: undefined,
            server: "https://acme.example",
            serverCa: undefined,
          },
          ...{ annotations: { "example.org/limit": "1" }, certificateSeconds: 1 },
        },
        opts,
      ),
    [
      "it: kubernetes:networking.k8s.io/v1:Ingress",
      "it-cert-manager: command:local:Command",
      "it-certified: command:local:Command",
      "it-issuer: kubernetes:cert-manager.io/v1:Issuer",
      "it-tried: command:local:Command",
    ],
  ],
  [
    "kubernetes:WebService",
    (opts) => new WebService("it", there(), opts),
    ["it: kubernetes:core/v1:Service"],
  ],
  [
    "google:WorkloadAccount",
    (opts) =>
      new WorkloadAccount(
        "it",
        {
          ...{ owner, namespace: "slipway-test", serviceAccount: "app" },
          cloud: {
            ...{ project: "acme", region: "europe-west3", labels: {} },
            provider: new gcp.Provider("my-gcp"),
            network: pulumi.output("network"),
            cluster: there().cluster,
          },
        },
        opts,
      ),
    ["it: gcp:serviceaccount/account:Account", "it-pods: gcp:serviceaccount/iAMMember:IAMMember"],
  ],
];
