// Stands in for the official plugin `tls` 5.6.1: the type `tls:index/privateKey:PrivateKey`, whose
// keys are real ones.

import { serve } from "../serve.ts";
import { PrivateKey } from "./private-key.ts";

const privateKey = new PrivateKey();

await serve({
  version: "5.6.1",
  acceptSecrets: false,
  supportsAutonaming: false,
  checkConfig: ({ inputs, name }) => ({
    inputs,
    failures: Object.keys(inputs)
      .filter((key) => key !== "version")
      .map((key) => ({
        property: "",
        reason:
          `could not validate provider configuration: the stand-in for the tls plugin has no ` +
          `configuration. Examine values at '${name}.${key}'.`,
      })),
  }),
  configure: async () => {},
  resource: (type, method) => {
    if (type !== "tls:index/privateKey:PrivateKey") {
      throw new Error(
        `unrecognized resource type (${method}): ${type}: ` +
          "the stand-in for the tls plugin has tls:index/privateKey:PrivateKey only",
      );
    }
    return privateKey;
  },
  // What is under way comes to its end.
  cancel: () => {},
});
