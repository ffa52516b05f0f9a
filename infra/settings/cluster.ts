import { NETWORK } from "../patterns.ts";
import type { Facts } from "./condition.ts";
import { is, type Table } from "./setting.ts";
import {
  choice,
  integer,
  list,
  optional,
  optionalInteger,
  secretFile,
  strings,
} from "./value-types.ts";

const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const NAMESPACE_RULE = "lower-case letters, digits and -, at most 63";
const NAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;

const EXISTING = is("cluster", "existing");
const GKE = is("cluster", "gke");

const refusedOnGke = (key: string) => (facts: Facts) =>
  facts.holds(GKE)
    ? `slipway:${key} is set, but a cluster that is made brings its own (slipway:cluster is "gke").`
    : undefined;

/** Google decides about the nodes there, and who set one of these believes otherwise. */
export const refusedOnAutopilot = (key: string) => (facts: Facts) =>
  facts.holds(is("clusterMode", "autopilot"))
    ? `slipway:${key} is set, but on Autopilot the nodes are Google's (slipway:clusterMode).`
    : undefined;

/** The cluster. */
export const cluster = {
  cluster: {
    type: choice("existing", "gke"),
    default: "existing",
    description:
      "The cluster, for `kubernetes`. `existing` uses a cluster that you have, reached by `kubeconfig`; `gke` creates a cluster at Google.",
    example: "gke",
    for: [is("target", "kubernetes")],
    review: "own",
    init: { text: "Which cluster", usual: "existing" },
  },
  clusterMode: {
    type: choice("autopilot", "standard"),
    default: "autopilot",
    description:
      "Who runs the nodes, for `gke`. `autopilot` leaves them to Google in the whole region, `standard` has `nodes` of `size` in one zone, which costs less. Another mode means another cluster.",
    example: "standard",
    for: [GKE],
    review: "share",
  },
  nodes: {
    type: optionalInteger(1, 100),
    // So that one of them can go.
    usual: { words: "2", of: () => 2 },
    description: "Number of nodes, for `clusterMode` standard.",
    example: "3",
    refused: refusedOnAutopilot("nodes"),
    review: "share",
  },
  clusterLogin: {
    type: choice("exec", "token"),
    default: "exec",
    description:
      "Login to the API server, for `gke`. `exec` logs in as gcloud does, by gke-gcloud-auth-plugin; `token` uses Pulumi's own Google credentials, for a pipeline without gcloud.",
    example: "token",
    review: "share",
  },
  kubeconfig: {
    type: secretFile(),
    secret: true,
    description:
      "The kubeconfig of the cluster, for `existing`. Its current-context is used, and never the machine's own kubeconfig.",
    example: "<kubeconfig.yaml",
    input: "<FILE",
    dummy: JSON.stringify({
      "current-context": "dummy",
      contexts: [{ name: "dummy", context: { cluster: "dummy", user: "dummy" } }],
      clusters: [{ name: "dummy", cluster: { server: "https://cluster.invalid" } }],
      users: [{ name: "dummy", user: { token: "dummy" } }],
    }),
    required: [{ ...EXISTING, unless: "kubeconfigPath", why: 'target is "kubernetes"' }],
    refused: refusedOnGke("kubeconfig"),
    review: "share",
  },
  kubeconfigPath: {
    type: optional(/^[^\0\r\n]+$/, "the path of a kubeconfig"),
    description:
      "Path of a kubeconfig instead, relative to this file, on the machine that runs Pulumi. Files that the kubeconfig names must exist there.",
    example: "~/.kube/config",
    for: [EXISTING],
    refused: refusedOnGke("kubeconfigPath"),
    review: "share",
    init: { text: "Path of its kubeconfig" },
  },
  namespace: {
    type: optional(NAMESPACE, NAMESPACE_RULE),
    usual: { words: "slipway-STACK", of: ({ project, stack }) => `${project}-${stack}` },
    description: "Namespace for all objects of the stack, for `kubernetes`.",
    example: "shop",
    review: "drop",
  },
  ingressClass: {
    type: optional(NAME, "the name of an ingress class"),
    description:
      "Class of an ingress controller that the cluster already has. Empty installs the NGINX Ingress Controller, for this stack alone.",
    example: "traefik",
    review: "own",
  },
  ingressNamespace: {
    type: optional(NAMESPACE, NAMESPACE_RULE),
    description:
      "Namespace of the pods of that controller, if it is not Slipway's. Only they then reach Nginx and are trusted about a client's address. Empty admits every pod in the cluster.",
    example: "traefik",
    refused: (facts) =>
      facts.has("ingressClass")
        ? undefined
        : "slipway:ingressNamespace is where the controller of slipway:ingressClass is, which is not set.",
    review: "share",
  },
  ingressAnnotations: {
    type: strings,
    default: "{}",
    description: "Annotations of the Ingress, a map of strings, for a controller of another kind.",
    example: `'{"traefik.ingress.kubernetes.io/router.priority":"10"}'`,
    review: "share",
  },
  storageClass: {
    type: optional(NAME, "the name of a storage class"),
    description:
      "Storage class of the database's claim, for `kubernetes`. Empty is the cluster's default.",
    example: "premium-rwo",
    review: "share",
  },
  egress: {
    type: list(NETWORK, "networks like 203.0.113.0/24"),
    default: "[]",
    description:
      'Networks outside the cluster that the app may call, a list like ["0.0.0.0/0"], for `kubernetes`. All other traffic is blocked. A cloud\'s metadata service (169.254.0.0/16) is reached only if the list names it.',
    example: `'["0.0.0.0/0"]'`,
    review: "share",
  },
  userId: {
    type: integer(1, 2_147_483_647),
    default: "1000",
    description: "User and group id that the app runs as in a cluster, regardless of its image.",
    example: "10001",
    review: "share",
  },
  autoscale: {
    type: optionalInteger(2, 1000),
    description:
      "Largest number of pods of the app under load, for `kubernetes`. Empty always runs `replicas`.",
    example: "10",
    review: "drop",
  },
} as const satisfies Table;
