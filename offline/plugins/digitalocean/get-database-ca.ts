import { createHash } from "node:crypto";
import type { LookUp } from "../simulated/look-up.ts";
import { text } from "../simulated/text.ts";

/** It has the form of a certificate and is none: nothing answers that could show another. */
export const getDatabaseCa: LookUp = {
  arguments: ["clusterId"],

  answer: (given) => {
    const clusterId = text(given, "clusterId");
    const body = Buffer.from(`the authority of ${clusterId}`).toString("base64");
    return {
      clusterId,
      id: createHash("sha256").update(clusterId).digest("hex").slice(0, 20),
      certificate: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
    };
  },

  outside: "databaseCa",
};
