import type { Kind } from "../simulated/kind.ts";
import { reservedAddress } from "../simulated/made-up.ts";

export const reservedIp: Kind = {
  outside: { type: "address", create: "create", update: "update", delete: "delete" },

  schema: {
    region: { type: "string", required: true, forceNew: true },
    ipAddress: { type: "string", computed: true },
    dropletId: { type: "int" },
    reservedIpUrn: { type: "string", output: true },
  },

  /** The address is the id, also the one that a simulator gives. */
  id: reservedAddress,

  outputs: (_, id) => ({ ipAddress: id, reservedIpUrn: `do:reservedip:${id}` }),
};
