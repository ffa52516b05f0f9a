import type { Kind } from "../simulated/kind.ts";
import { text } from "../simulated/text.ts";

export const connection: Kind = {
  schema: {
    network: { type: "string", required: true, forceNew: true },
    service: { type: "string", required: true, forceNew: true },
    reservedPeeringRanges: { type: "list", of: "string", required: true },
    updateOnCreationFail: { type: "bool" },

    peering: { type: "string", output: true },
  },

  id: ({ inputs }) =>
    ["network", "service"].map((name) => encodeURIComponent(text(inputs, name))).join(":"),

  outputs: ({ inputs }) => ({
    peering: text(inputs, "service").replaceAll(".", "-"),
  }),
};
