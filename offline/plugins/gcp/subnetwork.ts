import type { Kind } from "../simulated/kind.ts";
import { CREATED_AT, hexDigits, numberOf } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";
import { selfLink } from "./compute-link.ts";
import { firstHost, isWithin } from "./ip-range.ts";
import { foretoldProject, PLACE, projectOf, regionOf } from "./location.ts";
import { LOWER_CASE_NAME } from "./name.ts";

export const subnetwork: Kind = {
  schema: {
    name: LOWER_CASE_NAME,
    project: PLACE,
    region: PLACE,
    network: { type: "string", required: true, forceNew: true },
    // A range can grow in place.
    ipCidrRange: {
      type: "string",
      computed: true,
      forceNew: ({ before, after }) => !isWithin(String(before), String(after)),
    },
    description: { type: "string", forceNew: true },
    privateIpGoogleAccess: { type: "bool", computed: true },
    purpose: { type: "string", computed: true },
    stackType: { type: "string", computed: true },
    secondaryIpRanges: {
      type: "list",
      computed: true,
      of: {
        rangeName: { type: "string", required: true },
        ipCidrRange: { type: "string", computed: true },
      },
    },

    creationTimestamp: { type: "string", output: true },
    fingerprint: { type: "string", output: true },
    gatewayAddress: { type: "string", output: true },
    selfLink: { type: "string", output: true },
    subnetworkId: { type: "int", output: true },
  },

  id: (subnetwork) =>
    `projects/${projectOf(subnetwork)}/regions/${regionOf(subnetwork)}/subnetworks/${text(subnetwork.inputs, "name")}`,

  foretold: foretoldProject,

  outputs: (subnetwork, id) => {
    const { inputs } = subnetwork;
    const ipCidrRange = String(inputs["ipCidrRange"] ?? "10.0.0.0/24");
    return {
      project: projectOf(subnetwork),
      region: regionOf(subnetwork),
      ipCidrRange,
      gatewayAddress: firstHost(ipCidrRange),
      privateIpGoogleAccess: inputs["privateIpGoogleAccess"] ?? false,
      purpose: inputs["purpose"] ?? "PRIVATE",
      stackType: inputs["stackType"] ?? "IPV4_ONLY",
      secondaryIpRanges: inputs["secondaryIpRanges"] ?? [],
      creationTimestamp: CREATED_AT,
      fingerprint: hexDigits(subnetwork, "fingerprint", 12),
      selfLink: selfLink(id),
      subnetworkId: numberOf(subnetwork, "subnetwork", 15),
    };
  },
};
