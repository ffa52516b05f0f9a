/** What checkov would have otherwise, and why it stays as it is. */
export interface Exception {
  readonly check: string;
  /** Names of the objects, without their namespace. */
  readonly of: RegExp;
  readonly because: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    check: "CKV_K8S_8", // A liveness probe.
    of: /^Deployment\.ingress$/,
    because: "As its makers deploy it: it ends by itself when its Nginx does.",
  },
  {
    check: "CKV_K8S_8",
    of: /^Deployment\.process-/,
    because: "A process has no port that could be asked; it is started again when it ends.",
  },
  {
    check: "CKV_K8S_9", // A readiness probe.
    of: /^Deployment\.process-/,
    because: "Nobody sends it requests; a release waits until it has run steadily.",
  },
  {
    check: "CKV_K8S_11", // A limit of cores.
    of: /./,
    because: "It slows a pod down while cores are idle; slipway:cpu sets one for the app.",
  },
  {
    check: "CKV_K8S_15", // Always pulled.
    of: /\.(database|front|ingress)$/,
    because: "Exact tags stay what they are, and a node that has one needs no registry.",
  },
  {
    check: "CKV_K8S_25", // An added capability.
    of: /^Deployment\.ingress$/,
    because: "It listens on 80 and 443, with the one capability that `restricted` allows.",
  },
  {
    check: "CKV_K8S_38", // A token of the account.
    of: /^Deployment\.ingress$/,
    because: "It watches the Ingresses of its namespace.",
  },
  {
    check: "CKV_K8S_40", // A high user number.
    of: /./,
    because: "Nginx and Postgres run as their images' users; slipway:userId is the app's.",
  },
  {
    check: "CKV_K8S_43", // Images by digest.
    of: /\.(database|front|ingress)$/,
    because: "Exact tags; the app's image is by digest, and slipway:images can be.",
  },
];
