import { describe, expect, test } from "vitest";
import type { Change } from "../../../../ops/preview/changes.ts";
import { openingsOf } from "../../../../ops/preview/openings.ts";
import { changeOf } from "./change.ts";

type Inputs = Readonly<Record<string, unknown>>;

const DIGITALOCEAN = "digitalocean:index/firewall:Firewall";
const GOOGLE = "gcp:compute/firewall:Firewall";
const SERVICE = "kubernetes:core/v1:Service";
const POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const CONTAINER = "docker:index/container:Container";
/** One that there is no rule for. */
const OTHER = "cloud:net/door:Door";

const change = (type: string, now: Inputs, more: Partial<Change> = {}) =>
  changeOf(type, { action: "create", now, ...more });
const opened = (type: string, now: Inputs, more: Partial<Change> = {}) =>
  openingsOf(change(type, now, more)).map(({ text }) => text);
const from = (...sourceAddresses: string[]) => ({
  inboundRules: [{ portRange: "22", sourceAddresses }],
});
const google = (more: Inputs) => ({
  ...{ sourceRanges: ["0.0.0.0/0"], allows: [{ protocol: "tcp", ports: ["22"] }] },
  ...more,
});
const policy = (...ingress: object[]) => ({ spec: { ingress } });
const peers = (...all: object[]) => policy({ ports: [{ port: 5432 }], from: all });

describe("The world can come in", () => {
  test.each<[string, string, Inputs, string]>([
    [
      "by a network of IPv4 that is larger than a 128th of it",
      DIGITALOCEAN,
      from("10.0.0.0/7"),
      "port 22 becomes open to 10.0.0.0/7",
    ],
    [
      "by a network of IPv6 that is larger than an authority hands out",
      DIGITALOCEAN,
      from("2000::/15"),
      "port 22 becomes open to 2000::/15",
    ],
    [
      "by each port, where a rule names none",
      DIGITALOCEAN,
      { inboundRules: [{ sourceAddresses: ["::/0"] }] },
      "every port becomes open to ::/0",
    ],
    [
      "by a rule at Google",
      GOOGLE,
      google({ direction: "INGRESS" }),
      "port 22 becomes open to 0.0.0.0/0",
    ],
    [
      "by each port, where a rule at Google names none",
      GOOGLE,
      google({ allows: [{ protocol: "all" }] }),
      "every port becomes open to 0.0.0.0/0",
    ],
    [
      "at every node",
      SERVICE,
      { spec: { type: "NodePort" } },
      "it becomes reachable at every node (NodePort)",
    ],
    [
      "by a load balancer",
      SERVICE,
      { spec: { type: "LoadBalancer" } },
      "it becomes reachable by everybody (LoadBalancer)",
    ],
    [
      "by a load balancer that lets in the world too",
      SERVICE,
      { spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8", "0.0.0.0/0"] } },
      "it becomes reachable by everybody (LoadBalancer)",
    ],
    [
      "by a policy that names the world",
      POLICY,
      peers({ ipBlock: { cidr: "0.0.0.0/0" } }),
      "port 5432 becomes open to 0.0.0.0/0",
    ],
    [
      "by the machine's network",
      CONTAINER,
      { networkMode: "host" },
      "every port of it becomes open at every address (the machine's network)",
    ],
    [
      "by a port of a container",
      CONTAINER,
      { ports: [{ internal: 80 }] },
      "port 80 becomes open to every address",
    ],
    [
      "by a port of a container at every address of IPv6",
      CONTAINER,
      { ports: [{ internal: 80, external: 81, ip: "::" }] },
      "port 81 becomes open to every address",
    ],
    [
      "at one address of a machine",
      CONTAINER,
      { ports: [{ external: 80, ip: "10.0.0.5" }] },
      "port 80 becomes open to the address 10.0.0.5",
    ],
    [
      "by a source of a thing that no rule is for",
      OTHER,
      { allowedSources: [{ cidr: "0.0.0.0/0" }] },
      "it becomes open to 0.0.0.0/0 (allowedSources.cidr)",
    ],
    [
      "by a database instance with an address",
      "gcp:sql/databaseInstance:DatabaseInstance",
      { settings: { ipConfiguration: { ipv4Enabled: true } } },
      "it gets a public address (ipConfiguration.ipv4Enabled)",
    ],
    [
      "by nodes with addresses",
      "gcp:container/cluster:Cluster",
      { privateClusterConfig: { enablePrivateNodes: false } },
      "it gets a public address (privateClusterConfig.enablePrivateNodes)",
    ],
  ])("%s", (_, type, now, text) => {
    expect(opened(type, now)).toEqual([text]);
  });

  test("as every pod of the cluster, by a selector of all namespaces", () => {
    expect(opened(POLICY, peers({ namespaceSelector: {} }))).toEqual([
      "port 5432 becomes open to every pod of the cluster",
    ]);
  });

  test("by one more rule like one that was there", () => {
    const rule = { ports: [{ port: 80 }] };
    const old = { old: policy(rule), action: "update" } as const;
    expect(opened(POLICY, policy(rule, rule), old)).toEqual(["port 80 becomes open to everybody"]);
  });
});

describe("Nobody else can come in", () => {
  test.each<[string, string, Inputs]>([
    ["by a network of IPv4 that is a 256th of it", DIGITALOCEAN, from("10.0.0.0/8")],
    ["by a network of IPv6 that somebody has", DIGITALOCEAN, from("2001::/16")],
    ["by an address", DIGITALOCEAN, from("203.0.113.7")],
    ["by a rule at Google for what goes out", GOOGLE, google({ direction: "EGRESS" })],
    ["by a rule at Google that is off", GOOGLE, google({ disabled: true })],
    ["by a service inside", SERVICE, { spec: { type: "ClusterIP" } }],
    [
      "by a load balancer for some networks",
      SERVICE,
      { spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["203.0.113.0/24"] } },
    ],
    [
      "by a load balancer inside",
      SERVICE,
      {
        metadata: {
          annotations: { "service.beta.kubernetes.io/aws-load-balancer-internal": "true" },
        },
        spec: { type: "LoadBalancer" },
      },
    ],
    [
      "by some pods of all namespaces",
      POLICY,
      peers({ namespaceSelector: {}, podSelector: { matchLabels: { a: "b" } } }),
    ],
    [
      "by all pods of some namespaces",
      POLICY,
      peers({ namespaceSelector: { matchLabels: { a: "b" } } }),
    ],
    [
      "by a port at the machine itself",
      CONTAINER,
      {
        ports: [
          { external: 80, ip: "127.0.0.1" },
          { external: 81, ip: "::1" },
        ],
      },
    ],
    [
      "by what goes out of a thing that no rule is for",
      OTHER,
      { egressRules: [{ cidr: "0.0.0.0/0" }], allowedDestinations: ["::/0"] },
    ],
    ["by a route", OTHER, { routes: [{ from: "0.0.0.0/0" }] }],
    ["by a range that is about something else", OTHER, { pool: "0.0.0.0/0" }],
    [
      "by a database instance without an address",
      "gcp:sql/databaseInstance:DatabaseInstance",
      { settings: { ipConfiguration: { ipv4Enabled: false } } },
    ],
  ])("%s", (_, type, now) => {
    expect(opened(type, now)).toEqual([]);
  });

  test("where nothing is to happen, or it goes", () => {
    expect(opened(SERVICE, { spec: { type: "LoadBalancer" } }, { action: "same" })).toEqual([]);
    expect(opened(SERVICE, {}, { action: "delete" })).toEqual([]);
  });
});

describe("What kept others out", () => {
  test.each([DIGITALOCEAN, GOOGLE, POLICY])("blocks nothing when it goes: %s", (type) => {
    expect(opened(type, {}, { action: "delete" })).toEqual(["it no longer blocks traffic"]);
  });

  test("is not said to stand elsewhere when it did not block what comes in", () => {
    const out = (podSelector: object) => ({ spec: { policyTypes: ["Egress"], podSelector } });
    const old = { old: out({}), action: "update" } as const;
    expect(opened(POLICY, out({ matchLabels: { a: "b" } }), old)).toEqual([]);
  });
});

describe("It is usual for a web app", () => {
  const isUsual = (type: string, component: string, now: Inputs) =>
    openingsOf(change(type, now, { component })).map(({ usual }) => usual);
  const port = (portRange: string) => ({
    inboundRules: [{ portRange, sourceAddresses: ["0.0.0.0/0"] }],
  });
  const balancer = { spec: { type: "LoadBalancer" } };

  test.each<[string, string, string, Inputs, boolean]>([
    ["that its machine lets HTTPS in", DIGITALOCEAN, "machine", port("443"), true],
    ["but not SSH", DIGITALOCEAN, "machine", port("22"), false],
    ["but not at a database", DIGITALOCEAN, "database", port("443"), false],
    ["that its Nginx has any port", CONTAINER, "ingress", { ports: [{ external: 8080 }] }, true],
    ["but not another container", CONTAINER, "database", { ports: [{ external: 80 }] }, false],
    ["that its controller has a load balancer", SERVICE, "ingress", balancer, true],
    ["but not another service", SERVICE, "web", balancer, false],
  ])("%s", (_, type, component, now, usual) => {
    expect(isUsual(type, component, now)).toEqual([usual]);
  });
});
