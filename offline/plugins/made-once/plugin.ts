import type { Provider } from "../provider.ts";
import { MadeOnce, type Recipe } from "./made-once.ts";

/** A plugin of one type, which has no configuration. */
export function madeOncePlugin(
  name: string,
  version: string,
  type: string,
  recipe: Recipe,
): Provider {
  const resource = new MadeOnce(recipe);
  return {
    version,
    acceptSecrets: false,
    supportsAutonaming: false,
    checkConfig: ({ inputs, name: providerName }) => ({
      inputs,
      failures: Object.keys(inputs)
        .filter((key) => key !== "version")
        .map((key) => ({
          property: "",
          reason:
            `could not validate provider configuration: the stand-in for the ${name} plugin has no ` +
            `configuration. Examine values at '${providerName}.${key}'.`,
        })),
    }),
    configure: async () => {},
    resource: (asked, method) => {
      if (asked === type) return resource;
      throw new Error(
        `unrecognized resource type (${method}): ${asked}: ` +
          `the stand-in for the ${name} plugin has ${type} only`,
      );
    },
    // What is under way comes to its end.
    cancel: () => {},
  };
}
