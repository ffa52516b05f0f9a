import type { Kind } from "../simulated/kind.ts";
import { hexDigits } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";
import { NAME } from "./name.ts";

export const databaseUser: Kind = {
  schema: {
    clusterId: { type: "string", required: true, forceNew: true },
    name: { ...NAME, forceNew: true },

    role: { type: "string", output: true },
    password: { type: "string", output: true, secret: true },
    accessCert: { type: "string", output: true, secret: true },
    accessKey: { type: "string", output: true, secret: true },
  },

  id: ({ inputs }) => `${text(inputs, "clusterId")}/user/${text(inputs, "name")}`,

  /** Only Kafka has certificates for users. */
  outputs: (user) => ({
    role: "normal",
    password: `AVNS_${hexDigits(user, "password", 19)}`,
    accessCert: "",
    accessKey: "",
  }),
};
