import type { Kind } from "../simulated/kind.ts";
import type { Schema } from "../simulated/schema.ts";
import { text } from "../simulated/text.ts";
import { foretoldProject, lastPart, PLACE, projectOf, regionOf } from "./location.ts";
import { NAME } from "./name.ts";

const TIMEOUTS: Schema = {
  icmpIdleTimeoutSec: { type: "int", default: 30 },
  tcpEstablishedIdleTimeoutSec: { type: "int", default: 1200 },
  tcpTimeWaitTimeoutSec: { type: "int", default: 120 },
  tcpTransitoryIdleTimeoutSec: { type: "int", default: 30 },
  udpIdleTimeoutSec: { type: "int", default: 30 },
};

/** Upstream's properties of a NAT, but for those of rules, IPv6 and single subnetworks. */
export const routerNat: Kind = {
  schema: {
    name: NAME,
    type: { type: "string", default: "PUBLIC", forceNew: true, oneOf: ["PUBLIC", "PRIVATE"] },
    autoNetworkTier: { type: "string", computed: true, oneOf: ["PREMIUM", "STANDARD"] },
    drainNatIps: { type: "set", of: "string", computed: true },
    enableDynamicPortAllocation: { type: "bool", computed: true },
    enableEndpointIndependentMapping: { type: "bool", computed: true },
    endpointTypes: { type: "list", of: "string", computed: true, forceNew: true },
    maxPortsPerVm: { type: "int" },
    minPortsPerVm: { type: "int", computed: true },
    ...TIMEOUTS,
    project: PLACE,
    region: PLACE,
    router: { type: "string", required: true, forceNew: true },
    natIpAllocateOption: { type: "string", oneOf: ["MANUAL_ONLY", "AUTO_ONLY"] },
    natIps: { type: "set", of: "string", computed: true },
    sourceSubnetworkIpRangesToNat: {
      type: "string",
      required: true,
      oneOf: [
        "ALL_SUBNETWORKS_ALL_IP_RANGES",
        "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES",
        "LIST_OF_SUBNETWORKS",
      ],
    },
    logConfig: {
      type: "object",
      of: {
        enable: { type: "bool", required: true },
        filter: {
          type: "string",
          required: true,
          oneOf: ["ERRORS_ONLY", "TRANSLATIONS_ONLY", "ALL"],
        },
      },
    },
  },

  id: (nat) => {
    const router = lastPart(text(nat.inputs, "router"));
    return `${projectOf(nat)}/${regionOf(nat)}/${router}/${text(nat.inputs, "name")}`;
  },

  foretold: foretoldProject,

  outputs: (nat) => ({
    project: projectOf(nat),
    region: regionOf(nat),
    natIps: nat.inputs["natIps"] ?? [],
    autoNetworkTier: nat.inputs["autoNetworkTier"] ?? "PREMIUM",
    drainNatIps: nat.inputs["drainNatIps"] ?? [],
    enableDynamicPortAllocation: nat.inputs["enableDynamicPortAllocation"] ?? false,
    enableEndpointIndependentMapping: nat.inputs["enableEndpointIndependentMapping"] ?? false,
    endpointTypes: nat.inputs["endpointTypes"] ?? ["ENDPOINT_TYPE_VM"],
    minPortsPerVm: nat.inputs["minPortsPerVm"] ?? 64,
  }),
};
