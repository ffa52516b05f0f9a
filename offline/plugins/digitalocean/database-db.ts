import type { Kind } from "../simulated/kind.ts";
import { text } from "../simulated/text.ts";
import { NAME } from "./name.ts";

export const databaseDb: Kind = {
  schema: {
    clusterId: { type: "string", required: true, forceNew: true },
    name: { ...NAME, forceNew: true },
  },

  id: ({ inputs }) => `${text(inputs, "clusterId")}/database/${text(inputs, "name")}`,

  outputs: () => ({}),
};
