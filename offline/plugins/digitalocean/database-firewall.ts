import { isMap } from "../property-value.ts";
import type { Kind } from "../simulated/kind.ts";
import { CREATED_AT, hexDigits, uuid } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";

export const databaseFirewall: Kind = {
  schema: {
    clusterId: { type: "string", required: true, forceNew: true },
    rules: {
      type: "set",
      required: true,
      of: {
        type: {
          type: "string",
          required: true,
          oneOf: ["ip_addr", "droplet", "k8s", "tag", "app"],
        },
        value: { type: "string", required: true },
        uuid: { type: "string", output: true },
        createdAt: { type: "string", output: true },
      },
    },
  },

  id: (firewall) => `${text(firewall.inputs, "clusterId")}-${hexDigits(firewall, "firewall", 26)}`,

  outputs: (firewall) => {
    const { rules } = firewall.inputs;
    return {
      rules: (Array.isArray(rules) ? rules : []).filter(isMap).map((rule) => ({
        ...rule,
        uuid: uuid(firewall, `${text(rule, "type")} ${text(rule, "value")}`),
        createdAt: CREATED_AT,
      })),
    };
  },
};
