// Stands in for the official plugin `docker` 5.2.0: containers, networks and volumes
// of a real Docker Engine. What it does and does not do follows the Terraform provider
// kreuzwerker/docker and the Pulumi bridge above it, including what one would not expect.

import { equal, type PropertyMap, unionOfKeys } from "../property-value.ts";
import type { Difference, Resource } from "../provider.ts";
import { serve } from "../serve.ts";
import { BridgedResource } from "./bridge.ts";
import { checkConfig, engineConfig } from "./config.ts";
import { container } from "./container.ts";
import { Engine } from "./engine.ts";
import { network } from "./network.ts";
import { upstreamError } from "./upstream-error.ts";
import { volume } from "./volume.ts";

let engine: Engine | undefined;

function configuredEngine(): Engine {
  if (engine === undefined) {
    throw new Error("the docker plugin was not configured");
  }
  return engine;
}

const resources: ReadonlyMap<string, Resource> = new Map(
  Object.entries({
    "docker:index/container:Container": container,
    "docker:index/network:Network": network,
    "docker:index/volume:Volume": volume,
  }).map(([type, managed]) => [type, new BridgedResource(managed, configuredEngine)]),
);

await serve({
  version: "5.2.0",
  acceptSecrets: false,
  supportsAutonaming: true,
  checkConfig,
  diffConfig: changedKeys,
  configure: async (config) => {
    try {
      engine = new Engine(engineConfig(config));
    } catch (error) {
      throw new Error(upstreamError((error as Error).message));
    }
  },
  resource: (type, method) => {
    const resource = resources.get(type);
    if (resource === undefined) {
      throw new Error(
        `unrecognized resource type (${method}): ${type}: ` +
          `the stand-in for the docker plugin has ${[...resources.keys()].join(", ")} only`,
      );
    }
    return resource;
  },
  // The official plugin lets what is under way come to its end.
  cancel: () => {},
});

/** No change of the configuration replaces the provider, and with it all that it made. */
function changedKeys(before: PropertyMap, after: PropertyMap): Difference {
  const changes = unionOfKeys(before, after)
    .filter((key) => !equal(before[key] ?? null, after[key] ?? null))
    .map((key) => {
      const kind = !(key in before) ? "add" : key in after ? "update" : "delete";
      return [key, kind] as const;
    });
  return { changes: new Map(changes), deleteBeforeReplace: false, stables: [] };
}
