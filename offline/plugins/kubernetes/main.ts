// Stands in for the official plugin `kubernetes` 4.34.2: objects of a real API server. What it does
// and does not do follows the official plugin, including what one would not expect; but where that
// one lets the server drop fields that it does not know, here they are errors.

import type { Resource } from "../provider.ts";
import { serve } from "../serve.ts";
import { Cluster } from "./cluster.ts";
import { checkConfig, configIn, diffConfig } from "./config.ts";
import { builtInKinds, kindOfToken } from "./kinds.ts";
import { KubernetesResource } from "./kubernetes-resource.ts";

interface Configured {
  readonly cluster: Cluster;
  readonly deleteUnreachable: boolean;
}

const cancelled = new AbortController();
let configured: Configured | undefined;

function resource(type: string, method: string): Resource {
  const kind = kindOfToken(type);
  if (kind === undefined) {
    throw new Error(
      `unrecognized resource type (${method}): ${type}: the stand-in for the kubernetes plugin ` +
        `has custom resources and ${builtInKinds().join(", ")} only`,
    );
  }
  if (configured === undefined) {
    throw new Error("the kubernetes plugin was not configured");
  }
  return new KubernetesResource({ ...configured, kind, cancelled: cancelled.signal });
}

await serve({
  version: "4.34.2",
  acceptSecrets: true,
  supportsAutonaming: true,
  checkConfig,
  diffConfig,
  configure: async (properties) => {
    const { deleteUnreachable, ...settings } = configIn(properties);
    configured = { cluster: await Cluster.connect(settings), deleteUnreachable };
  },
  resource,
  cancel: () => cancelled.abort(),
});
