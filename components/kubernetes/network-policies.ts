import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, type Owner, type Role } from "../labels.ts";
import { selector } from "./kubernetes-labels.ts";

export interface NetworkPoliciesArgs {
  readonly owner: Owner;
  readonly namespace: pulumi.Input<string>;
  readonly ports: { readonly app: number; readonly front: number; readonly database: number };
  /** Networks outside of the cluster that the app may call, an external database among them. */
  readonly egress: readonly string[];
  /** Pods of the ingress controller; undefined lets everybody in, where nobody said which they are. */
  readonly controllerPods: Peer | undefined;
  /** Whether pods that cert-manager makes answer an authority's challenges. */
  readonly challenged: boolean;
}

type Peer = kubernetes.types.input.networking.v1.NetworkPolicyPeer;

type Rules = Pick<
  kubernetes.types.input.networking.v1.NetworkPolicySpec,
  "ingress" | "egress" | "policyTypes"
>;

/**
 * Who may speak to whom: the ingress controller to Nginx, Nginx to the app, the app to the database, and all
 * of them to DNS. Nothing else, inside or outside, but what `egress` names, and a managed database.
 *
 * A cluster without a network plugin that enforces policies takes them, and lets everything pass.
 */
export class NetworkPolicies extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkPoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:kubernetes:NetworkPolicies", name, {}, opts);
    const { ports, owner } = args;
    const from = (...roles: Role[]) => roles.map((role) => peer(owner, role));
    const fromController = args.controllerPods === undefined ? {} : { from: [args.controllerPods] };

    this.#policy(
      `${name}-default`,
      args,
      {},
      { policyTypes: ["Ingress", "Egress"], egress: [DNS] },
    );
    // What it watches is at the API server, which is outside of every pod network; its metrics are for all.
    this.#policy(`${name}-ingress`, args, selector(owner, "ingress"), {
      ingress: [{}],
      egress: [{}],
    });
    this.#policy(`${name}-front`, args, selector(owner, "front"), {
      ingress: [
        {
          ports: [{ port: ports.front }],
          ...fromController,
        },
      ],
      egress: [{ ports: [{ port: ports.app }], to: from("web") }],
    });
    if (args.challenged) {
      this.#policy(`${name}-challenge`, args, SOLVER, {
        ingress: [
          {
            ports: [{ port: SOLVER_PORT }],
            ...fromController,
          },
        ],
      });
    }
    this.#policy(`${name}-web`, args, selector(owner, "web"), {
      ingress: [{ ports: [{ port: ports.app }], from: from("front") }],
    });
    this.#policy(`${name}-app`, args, undefined, {
      egress: [
        { ports: [{ port: ports.database }], to: from("database") },
        ...args.egress.map((cidr) => ({ to: [{ ipBlock: outside(cidr) }] })),
      ],
    });
    this.#policy(`${name}-database`, args, selector(owner, "database"), {
      ingress: [{ ports: [{ port: ports.database }], from: from("web", "process", "step") }],
    });
    this.registerOutputs({});
  }

  /** @param pods labels of those that it is for; undefined is every process of the app. */
  #policy(
    name: string,
    { owner, namespace }: NetworkPoliciesArgs,
    pods: Record<string, string> | undefined,
    rules: Rules,
  ): void {
    const types = [
      ...(rules.ingress === undefined ? [] : ["Ingress"]),
      ...(rules.egress === undefined ? [] : ["Egress"]),
    ];
    new kubernetes.networking.v1.NetworkPolicy(
      name,
      {
        metadata: { namespace, labels: labels(owner, "network") },
        spec: {
          podSelector: pods === undefined ? APP_PODS : { matchLabels: pods },
          policyTypes: types,
          ...rules,
        },
      },
      { parent: this },
    );
  }
}

/** Pods of cert-manager that show an authority that the host name leads here. */
const SOLVER = { "acme.cert-manager.io/http01-solver": "true" };
const SOLVER_PORT = 8089;

/** Selects every process of the app. */
export const APP_PODS = {
  matchExpressions: [
    { key: "slipway.role", operator: "In", values: ["web", "process", "step"] satisfies Role[] },
  ],
};

const DNS = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
    },
    // Where each node has a cache of its own, as on GKE.
    { ipBlock: { cidr: "169.254.0.0/16" } },
  ],
  ports: [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
  ],
};

/** A network without the metadata service of a node's cloud, unless that is what was asked for. */
export function outside(cidr: string): { cidr: string; except?: string[] } {
  const [address = "", bits = "32"] = cidr.split("/");
  const size = Number(bits);
  const isIn = size < 16 && within(LINK_LOCAL.address, address, size);
  return isIn ? { cidr, except: [LINK_LOCAL.cidr] } : { cidr };
}

const LINK_LOCAL = { address: "169.254.0.0", cidr: "169.254.0.0/16" };

/** Whether two addresses begin with the same bits. */
const within = (one: string, other: string, bits: number) =>
  bitsOf(one).slice(0, bits) === bitsOf(other).slice(0, bits);

const bitsOf = (address: string) =>
  address
    .split(".")
    .map((part) => Number(part).toString(2).padStart(8, "0"))
    .join("");

/** Pods with a role, in the stack's own namespace. */
export function peer(owner: Owner, role: Role): Peer {
  return { podSelector: { matchLabels: selector(owner, role) } };
}
