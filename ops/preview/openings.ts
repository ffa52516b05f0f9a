import type { Change } from "./changes.ts";
import { asList, at, leaves } from "./values.ts";

/** Something that the world can reach, and could not before. */
export interface Opening {
  readonly text: string;
  /** Whether a stack that serves a web app has it: its web ports, at the place that is there for them. */
  readonly usual: boolean;
}

const WORLD = ["0.0.0.0/0", "::/0"];
const WEB_PORTS = ["80", "443"];

/** What a change opens to everybody. */
export function openingsOf(change: Change): Opening[] {
  const { old, now, action, type } = change;
  if (action === "delete") return closedNoMore(change);
  if (action === "same") return [];
  const before = new Set(doorsOf(type, old).map(({ text }) => text));
  return doorsOf(type, now)
    .filter(({ text }) => !before.has(text))
    .map(({ text, port }) => ({
      text,
      usual:
        port === undefined
          ? change.component === "ingress" && type.endsWith(":Service")
          : isUsualPlace(change) && (WEB_PORTS.includes(port) || type === DOCKER_CONTAINER),
    }));
}

/** Where the web ports of a stack are: its Nginx, and the firewall of its machine. */
const isUsualPlace = ({ component, type }: Change) =>
  component === "ingress" || (component === "machine" && /firewall/i.test(type));

interface Door {
  readonly text: string;
  readonly port?: string;
}

const DOCKER_CONTAINER = "docker:index/container:Container";

/** Each way in from everywhere that a thing has. */
function doorsOf(type: string, inputs: Change["now"]): Door[] {
  switch (type) {
    case DOCKER_CONTAINER:
      return asList(inputs["ports"])
        .filter((port) => !isLoopback(at(port, "ip")))
        .map((port) => door(String(at(port, "external") ?? at(port, "internal")), "every address"));
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
    default:
      return otherDoors(inputs);
  }
}

const door = (port: string, world: string): Door => ({
  text:
    port === "all"
      ? `every port becomes open to ${world}`
      : `port ${port} becomes open to ${world}`,
  port,
});

const isLoopback = (ip: unknown) => typeof ip === "string" && /^(127\.|::1$)/.test(ip);

const worldAmong = (sources: unknown) =>
  asList(sources).filter((one): one is string => WORLD.includes(one as string));

function googleDoors(inputs: Change["now"]): Door[] {
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

/** Of what there is no rule for: everywhere, at a place that is about who may come in. */
function otherDoors(inputs: Change["now"]): Door[] {
  const open = leaves(inputs).filter(
    ({ path, value }) =>
      WORLD.includes(String(value)) &&
      !/egress|outbound|destination|route|destrange/i.test(path) &&
      /ingress|inbound|source|authori[sz]ed|allow|cidr|rules|from/i.test(path),
  );
  const publicAddress = at(inputs, "settings.ipConfiguration.ipv4Enabled") === true;
  return [
    ...open.map(({ path, value }) => ({
      text: `it becomes open to ${String(value)} (${path.replaceAll(/\.\d+/g, "")})`,
    })),
    ...(publicAddress ? [{ text: "it gets a public address (ipv4Enabled)" }] : []),
  ];
}

/** What kept others out, and goes. */
function closedNoMore({ type }: Change): Opening[] {
  if (!/firewall|networkpolicy/i.test(type)) return [];
  return [{ text: "what it kept out gets in", usual: false }];
}
