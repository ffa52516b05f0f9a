import type { Kind } from "../simulated/kind.ts";
import { numberOf } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";
import { selfLink } from "./compute-link.ts";
import { foretoldProject, PLACE, projectOf } from "./location.ts";
import { LOWER_CASE_NAME } from "./name.ts";

export const network: Kind = {
  schema: {
    name: LOWER_CASE_NAME,
    project: PLACE,
    autoCreateSubnetworks: { type: "bool", default: true, forceNew: true },
    description: { type: "string", forceNew: true },
    mtu: { type: "int", computed: true },
    routingMode: { type: "string", computed: true, oneOf: ["REGIONAL", "GLOBAL"] },
    deleteDefaultRoutesOnCreate: { type: "bool" },
    networkFirewallPolicyEnforcementOrder: {
      type: "string",
      default: "AFTER_CLASSIC_FIREWALL",
      oneOf: ["BEFORE_CLASSIC_FIREWALL", "AFTER_CLASSIC_FIREWALL"],
    },

    gatewayIpv4: { type: "string", output: true },
    networkId: { type: "string", output: true },
    numericId: { type: "string", output: true },
    selfLink: { type: "string", output: true },
  },

  id: (network) => `projects/${projectOf(network)}/global/networks/${text(network.inputs, "name")}`,

  foretold: foretoldProject,

  outputs: (network, id) => {
    const { inputs } = network;
    const number = String(numberOf(network, "network", 15));
    return {
      project: projectOf(network),
      mtu: inputs["mtu"] ?? 1460,
      routingMode: inputs["routingMode"] ?? "REGIONAL",
      gatewayIpv4: "",
      networkId: number,
      numericId: number,
      selfLink: selfLink(id),
    };
  },
};
