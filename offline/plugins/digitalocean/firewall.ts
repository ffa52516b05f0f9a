import { isMap, type PropertyValue } from "../property-value.ts";
import type { Kind } from "../simulated/kind.ts";
import { CREATED_AT, uuid } from "../simulated/made-up.ts";
import type { Schema } from "../simulated/schema.ts";
import { NAME } from "./name.ts";
import { TAGS } from "./tags.ts";

const PROTOCOL_AND_PORTS: Schema = {
  protocol: { type: "string", required: true, oneOf: ["tcp", "udp", "icmp"] },
  portRange: { type: "string" },
};

export const firewall: Kind = {
  schema: {
    name: NAME,
    dropletIds: { type: "set", of: "int" },
    inboundRules: {
      type: "set",
      of: {
        ...PROTOCOL_AND_PORTS,
        sourceAddresses: { type: "set", of: "string" },
        sourceDropletIds: { type: "set", of: "int" },
        sourceKubernetesIds: { type: "set", of: "string" },
        sourceLoadBalancerUids: { type: "set", of: "string" },
        sourceTags: TAGS,
      },
    },
    outboundRules: {
      type: "set",
      of: {
        ...PROTOCOL_AND_PORTS,
        destinationAddresses: { type: "set", of: "string" },
        destinationDropletIds: { type: "set", of: "int" },
        destinationKubernetesIds: { type: "set", of: "string" },
        destinationLoadBalancerUids: { type: "set", of: "string" },
        destinationTags: TAGS,
      },
    },
    tags: TAGS,

    createdAt: { type: "string", output: true },
    pendingChanges: { type: "list", of: "string", output: true },
    status: { type: "string", output: true },
  },

  inputProblem: ({ inboundRules = [], outboundRules = [] }) =>
    isEmpty(inboundRules) && isEmpty(outboundRules)
      ? "At least one rule must be specified"
      : (missingPorts("inbound", inboundRules) ?? missingPorts("outbound", outboundRules)),

  id: (firewall) => uuid(firewall, "firewall"),

  outputs: () => ({ createdAt: CREATED_AT, pendingChanges: [], status: "succeeded" }),
};

function isEmpty(rules: PropertyValue): boolean {
  return Array.isArray(rules) && rules.length === 0;
}

function missingPorts(direction: string, rules: PropertyValue): string | undefined {
  const incomplete =
    Array.isArray(rules) &&
    rules
      .filter(isMap)
      .some(({ protocol, portRange }) => protocol !== "icmp" && portRange === undefined);
  return incomplete
    ? `\`port_range\` of ${direction} rules is required if protocol is \`tcp\` or \`udp\``
    : undefined;
}
