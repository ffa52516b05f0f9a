import type { Recipe } from "../made-once/made-once.ts";
import { type KeyChoice, newKey } from "./key.ts";

export const privateKey: Recipe = {
  schema: {
    algorithm: {
      type: "string",
      required: true,
      forceNew: true,
      oneOf: ["RSA", "ECDSA", "ED25519"],
    },
    ecdsaCurve: { type: "string", forceNew: true, oneOf: ["P224", "P256", "P384", "P521"] },
    rsaBits: { type: "int", forceNew: true },

    privateKeyOpenssh: { type: "string", output: true, secret: true },
    privateKeyPem: { type: "string", output: true, secret: true },
    privateKeyPemPkcs8: { type: "string", output: true, secret: true },
    publicKeyFingerprintMd5: { type: "string", output: true },
    publicKeyFingerprintSha256: { type: "string", output: true },
    publicKeyOpenssh: { type: "string", output: true },
    publicKeyPem: { type: "string", output: true },
  },

  // The official plugin has both whatever the algorithm is.
  defaults: { ecdsaCurve: "P224", rsaBits: 2048 },

  make: (choice) => newKey(choice as unknown as KeyChoice),
};
