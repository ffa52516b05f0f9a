import type { Kind } from "../simulated/kind.ts";
import { CREATED_AT, numberOf, privateAddress, reservedAddress } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";
import { selfLink } from "./compute-link.ts";
import { LABELS, labels } from "./labels.ts";
import { foretoldProject, PLACE, projectOf, regionOf } from "./location.ts";
import { NAME } from "./name.ts";

export const address: Kind = {
  outside: { type: "address", create: "create", update: "update", delete: "delete" },

  schema: {
    name: NAME,
    project: PLACE,
    region: PLACE,
    address: { type: "string", computed: true, forceNew: true },
    addressType: {
      type: "string",
      default: "EXTERNAL",
      forceNew: true,
      oneOf: ["INTERNAL", "EXTERNAL"],
    },
    description: { type: "string", forceNew: true },
    ipVersion: { type: "string", forceNew: true, oneOf: ["IPV4", "IPV6"] },
    network: { type: "string", forceNew: true },
    subnetwork: { type: "string", computed: true, forceNew: true },
    networkTier: {
      type: "string",
      computed: true,
      forceNew: true,
      oneOf: ["PREMIUM", "STANDARD"],
    },
    purpose: { type: "string", computed: true, forceNew: true },
    prefixLength: { type: "int", computed: true, forceNew: true },
    ...LABELS,

    addressId: { type: "string", output: true },
    creationTimestamp: { type: "string", output: true },
    selfLink: { type: "string", output: true },
    users: { type: "list", of: "string", output: true },
  },

  id: (address) =>
    `projects/${projectOf(address)}/regions/${regionOf(address)}/addresses/${text(address.inputs, "name")}`,

  foretold: foretoldProject,

  outputs: (address, id) => {
    const { inputs } = address;
    const internal = inputs["addressType"] === "INTERNAL";
    return {
      project: projectOf(address),
      region: regionOf(address),
      address: inputs["address"] ?? (internal ? privateAddress(address) : reservedAddress(address)),
      subnetwork: inputs["subnetwork"] ?? "",
      networkTier: inputs["networkTier"] ?? (internal ? "" : "PREMIUM"),
      purpose: inputs["purpose"] ?? "",
      prefixLength: inputs["prefixLength"] ?? 0,
      ...labels(address),
      addressId: String(numberOf(address, "address", 15)),
      creationTimestamp: CREATED_AT,
      selfLink: selfLink(id),
      users: [],
    };
  },
};
