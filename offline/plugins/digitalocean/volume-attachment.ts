import type { Kind } from "../simulated/kind.ts";
import { hexDigits } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";

export const volumeAttachment: Kind = {
  outside: { type: "volume", create: "attach", delete: "detach" },

  schema: {
    dropletId: { type: "int", required: true, forceNew: true },
    volumeId: { type: "string", required: true, forceNew: true },
  },

  id: (attachment) => {
    const { inputs } = attachment;
    const things = `${text(inputs, "dropletId")}-${text(inputs, "volumeId")}`;
    return `${things}-${hexDigits(attachment, "attachment", 26)}`;
  },

  outputs: () => ({}),
};
