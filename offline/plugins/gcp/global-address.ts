import type { Kind, Thing } from "../simulated/kind.ts";
import { CREATED_AT, numberOf, reservedAddress } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";
import { selfLink } from "./compute-link.ts";
import { LABELS, labels } from "./labels.ts";
import { foretoldProject, PLACE, projectOf } from "./location.ts";
import { NAME } from "./name.ts";

export const globalAddress: Kind = {
  schema: {
    name: NAME,
    project: PLACE,
    address: { type: "string", computed: true, forceNew: true },
    addressType: {
      type: "string",
      default: "EXTERNAL",
      forceNew: true,
      oneOf: ["EXTERNAL", "INTERNAL"],
    },
    description: { type: "string", forceNew: true },
    ipVersion: { type: "string", forceNew: true, oneOf: ["IPV4", "IPV6"] },
    network: { type: "string", forceNew: true },
    prefixLength: { type: "int", computed: true, forceNew: true },
    purpose: { type: "string", forceNew: true },
    ...LABELS,

    creationTimestamp: { type: "string", output: true },
    selfLink: { type: "string", output: true },
  },

  id: (address) =>
    `projects/${projectOf(address)}/global/addresses/${text(address.inputs, "name")}`,

  foretold: foretoldProject,

  outputs: (address, id) => {
    const { inputs } = address;
    return {
      project: projectOf(address),
      address: inputs["address"] ?? anyAddress(address),
      prefixLength: inputs["prefixLength"] ?? (inputs["addressType"] === "INTERNAL" ? 16 : 0),
      ...labels(address),
      creationTimestamp: CREATED_AT,
      selfLink: selfLink(id),
    };
  },
};

/** Of an internal one, the start of the range that it is for. */
function anyAddress(address: Thing): string {
  return address.inputs["addressType"] === "INTERNAL"
    ? `10.${200 + (numberOf(address, "range", 4) % 50)}.0.0`
    : reservedAddress(address);
}
