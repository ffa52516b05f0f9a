import type { Kind } from "../simulated/kind.ts";
import { hexDigits } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";

export const reservedIpAssignment: Kind = {
  outside: { type: "address", create: "assign", delete: "unassign" },

  schema: {
    ipAddress: { type: "string", required: true, forceNew: true },
    dropletId: { type: "int", required: true, forceNew: true },
  },

  id: (assignment) => {
    const { inputs } = assignment;
    const things = `${text(inputs, "dropletId")}-${text(inputs, "ipAddress")}`;
    return `${things}-${hexDigits(assignment, "assignment", 26)}`;
  },

  outputs: () => ({}),
};
