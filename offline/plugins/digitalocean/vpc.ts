import type { Kind } from "../simulated/kind.ts";
import { CREATED_AT, numberOf, uuid } from "../simulated/made-up.ts";
import { NAME } from "./name.ts";

export const vpc: Kind = {
  schema: {
    name: NAME,
    region: { type: "string", required: true, forceNew: true },
    description: { type: "string" },
    ipRange: { type: "string", computed: true, forceNew: true },

    createdAt: { type: "string", output: true },
    default: { type: "bool", output: true },
    vpcUrn: { type: "string", output: true },
  },

  id: (vpc) => uuid(vpc, "vpc"),

  outputs: (vpc, id) => ({
    ipRange: vpc.inputs["ipRange"] ?? `10.${100 + (numberOf(vpc, "range", 4) % 100)}.0.0/20`,
    createdAt: CREATED_AT,
    default: false,
    vpcUrn: `do:vpc:${id}`,
  }),
};
