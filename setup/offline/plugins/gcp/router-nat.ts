import type { Kind } from "../simulated/kind.ts";
import { text } from "../simulated/text.ts";
import { DELETION_POLICY, deletionPolicy } from "./deletion-policy.ts";
import { lastPart, PLACE, projectOf, regionOf } from "./location.ts";
import { NAME } from "./name.ts";

/** Upstream's properties of a public NAT, but for those of rules, IPv6 and limits. */
export const routerNat: Kind = {
  schema: {
    name: NAME,
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
    deletionPolicy: DELETION_POLICY,
  },

  id: (nat) => {
    const router = lastPart(text(nat.inputs, "router"));
    return `${projectOf(nat)}/${regionOf(nat)}/${router}/${text(nat.inputs, "name")}`;
  },

  outputs: (nat) => ({
    project: projectOf(nat),
    region: regionOf(nat),
    natIps: nat.inputs["natIps"] ?? [],
    ...deletionPolicy(nat.inputs),
  }),
};
