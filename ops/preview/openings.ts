import type { Change } from "./changes.ts";
import { asList, at, leaves } from "./values.ts";

/** Something that the world can reach, and could not before. */
export interface Opening {
  readonly text: string;
  /** Whether a stack that serves a web app has it: its web ports, at the place that is there for them. */
  readonly usual: boolean;
}

const WEB_PORTS = ["80", "443"];

/** What a change opens to everybody. */
export function openingsOf(change: Change): Opening[] {
  const { old, now, action, type } = change;
  if (action === "delete") return closedNoMore(change);
  if (action === "same") return [];
  const before = doorsOf(type, old).map(({ text }) => text);
  const opened = doorsOf(type, now).filter(({ text, port }) => {
    // Of two that are said alike, one may be new.
    const known = before.indexOf(text);
    if (known >= 0) before.splice(known, 1);
    return known < 0 && (port === undefined || !before.includes(door(port, EVERY_ADDRESS).text));
  });
  return [
    ...opened.map(({ text, port }) => ({ text, usual: isUsual(change, port) })),
    ...(action !== "create" && type === NETWORK_POLICY ? letGoOf(change) : []),
  ];
}

/** Where the web ports of a stack are: its Nginx, and the firewall of its machine. */
function isUsual({ component, type }: Change, port: string | undefined): boolean {
  if (type === NETWORK_POLICY) return true;
  if (port === undefined) return component === "ingress" && type.endsWith(":Service");
  const isPlace = component === "ingress" || (component === "machine" && /firewall/i.test(type));
  return isPlace && (WEB_PORTS.includes(port) || type === DOCKER_CONTAINER);
}

interface Door {
  readonly text: string;
  readonly port?: string;
}

const DOCKER_CONTAINER = "docker:index/container:Container";
const NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

/** Each way in from everywhere that a thing has. */
function doorsOf(type: string, inputs: Change["now"]): Door[] {
  switch (type) {
    case DOCKER_CONTAINER:
      return containerDoors(inputs);
    case "digitalocean:index/firewall:Firewall":
      return asList(inputs["inboundRules"]).flatMap((rule) =>
        worldAmong(at(rule, "sourceAddresses")).map((world) =>
          door(String(at(rule, "portRange") ?? "all"), world),
        ),
      );
    case "gcp:compute/firewall:Firewall":
      return at(inputs, "direction") === "EGRESS" ? [] : googleDoors(inputs);
    case "kubernetes:core/v1:Service":
      return serviceDoors(inputs);
    case NETWORK_POLICY:
      return policyDoors(inputs);
    default:
      return otherDoors(inputs);
  }
}

const EVERY_ADDRESS = "every address";

const door = (port: string, world: string): Door => ({
  text:
    port === "all"
      ? `every port becomes open to ${world}`
      : `port ${port} becomes open to ${world}`,
  port,
});

const isLoopback = (ip: unknown) => typeof ip === "string" && /^(127\.|::1$)/.test(ip);

/** A network that is everybody, or nearly so: two halves of the world are the world. */
function isWorld(network: unknown): network is string {
  const [, bits] = /^[\d.:a-f]+\/(\d+)$/i.exec(String(network)) ?? [];
  return bits !== undefined && Number(bits) < (String(network).includes(":") ? 16 : 8);
}

const worldAmong = (sources: unknown) => asList(sources).filter(isWorld);

function containerDoors(inputs: Change["now"]): Door[] {
  if (inputs["networkMode"] === "host") {
    return [{ text: "every port of it becomes open at every address (the machine's network)" }];
  }
  return asList(inputs["ports"])
    .filter((port) => !isLoopback(at(port, "ip")))
    .map((one) => {
      const [ip, port] = [at(one, "ip"), String(at(one, "external") ?? at(one, "internal"))];
      const isEvery = [undefined, null, "", "0.0.0.0", "::"].includes(ip as string);
      return door(port, isEvery ? EVERY_ADDRESS : `the address ${String(ip)}`);
    });
}

function googleDoors(inputs: Change["now"]): Door[] {
  if (inputs["disabled"] === true) return [];
  return worldAmong(inputs["sourceRanges"]).flatMap((world) =>
    asList(inputs["allows"]).flatMap((rule) => {
      const ports = asList(at(rule, "ports"));
      return (ports.length === 0 ? ["all"] : ports).map((port) => door(String(port), world));
    }),
  );
}

function serviceDoors(inputs: Change["now"]): Door[] {
  const kind = at(inputs, "spec.type");
  if (kind === "NodePort") return [{ text: "it becomes reachable at every node (NodePort)" }];
  if (kind !== "LoadBalancer") return [];
  const ranges = asList(at(inputs, "spec.loadBalancerSourceRanges"));
  if (ranges.length > 0 && worldAmong(ranges).length === 0) return [];
  const internal = leaves(at(inputs, "metadata.annotations")).some(
    ({ path, value }) =>
      /load-balancer-type|internal/i.test(path) && /internal|true/i.test(String(value)),
  );
  return internal ? [] : [{ text: "it becomes reachable by everybody (LoadBalancer)" }];
}

/** Who says of no one whom it lets in, lets everybody in. */
function policyDoors(inputs: Change["now"]): Door[] {
  return asList(at(inputs, "spec.ingress")).flatMap((rule) => {
    const [ports, from] = [asList(at(rule, "ports")), asList(at(rule, "from"))];
    const everybody = from.length === 0 ? ["everybody"] : from.flatMap(everybodyIn);
    const named =
      ports.length === 0 ? ["all"] : ports.map((one) => String(at(one, "port") ?? "all"));
    return everybody.flatMap((world) => named.map((port) => door(port, world)));
  });
}

function everybodyIn(peer: unknown): string[] {
  const [cidr, namespaces] = [at(peer, "ipBlock.cidr"), at(peer, "namespaceSelector")];
  if (isWorld(cidr)) return [cidr];
  const isEvery =
    namespaces !== undefined &&
    at(peer, "podSelector") === undefined &&
    leaves(namespaces).length === 0;
  return isEvery ? ["every pod of the cluster"] : [];
}

/** Of whom it kept others away, and does no more. */
function letGoOf({ old, now }: Change): Opening[] {
  const holds = (inputs: Change["now"]) => {
    const types = asList(at(inputs, "spec.policyTypes"));
    return types.length === 0 || types.includes("Ingress");
  };
  const selector = (inputs: Change["now"]) => JSON.stringify(at(inputs, "spec.podSelector"));
  if (!holds(old)) return [];
  return [
    ...(holds(now) ? [] : [{ text: "it no longer blocks traffic", usual: false }]),
    ...(selector(old) === selector(now)
      ? []
      : [{ text: "it stands before other pods than it did", usual: false }]),
  ];
}

/** Of what there is no rule for: everywhere, at a place that is about who may come in. */
function otherDoors(inputs: Change["now"]): Door[] {
  const open = leaves(inputs).filter(
    ({ path, value }) =>
      isWorld(value) &&
      !/egress|outbound|destination|route|destrange/i.test(path) &&
      /ingress|inbound|source|authori[sz]ed|allow|cidr|rules|from/i.test(path),
  );
  const publicAddress = [
    ["settings.ipConfiguration.ipv4Enabled", true],
    ["controlPlaneEndpointsConfig.ipEndpointsConfig.enabled", true],
    ["privateClusterConfig.enablePrivateNodes", false],
  ] as const;
  return [
    ...open.map(({ path, value }) => ({
      text: `it becomes open to ${String(value)} (${path.replaceAll(/\.\d+/g, "")})`,
    })),
    ...publicAddress
      .filter(([path, value]) => at(inputs, path) === value)
      .map(([path]) => ({
        text: `it gets a public address (${path.split(".").slice(-2).join(".")})`,
      })),
  ];
}

/** What kept others out, and goes. */
function closedNoMore({ type }: Change): Opening[] {
  if (!/firewall|networkpolicy/i.test(type)) return [];
  return [{ text: "it no longer blocks traffic", usual: false }];
}
