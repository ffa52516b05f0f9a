import type { Kind } from "../simulated/kind.ts";
import { hexDigits } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";

export const iamMember: Kind = {
  deleteBeforeReplace: true,

  schema: {
    project: { type: "string", required: true, forceNew: true },
    role: { type: "string", required: true, forceNew: true },
    member: { type: "string", required: true, forceNew: true },
    condition: {
      type: "object",
      forceNew: true,
      of: {
        title: { type: "string", required: true, forceNew: true },
        expression: { type: "string", required: true, forceNew: true },
        description: { type: "string", forceNew: true },
      },
    },

    etag: { type: "string", output: true },
  },

  id: ({ inputs }) => ["project", "role", "member"].map((name) => text(inputs, name)).join("/"),

  outputs: (member) => ({ etag: hexDigits(member, "etag", 12) }),
};
