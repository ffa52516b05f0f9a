import { type Manifest, nameOf, objectsAt, textAt } from "../manifest.ts";
import type { Progress } from "./progress.ts";

export interface IngressSight {
  readonly ingress: Manifest;
  readonly endpoints: readonly Manifest[];
  readonly services: readonly Manifest[];
  /** Nothing more is going to come: what is missing now may well be missing for ever. */
  readonly areEndpointsSettled: boolean;
}

/** An Ingress is ready when a controller gave it an address, and there is something behind it. */
export function ingressState(sight: IngressSight): Progress {
  const { ingress } = sight;
  const hasAddress = objectsAt(ingress, "status", "loadBalancer", "ingress").length > 0;
  const missing = missingBackends(sight);
  const isBacked = missing.length === 0 || sight.areEndpointsSettled;
  const isReady = hasAddress && isBacked;
  return {
    isReady,
    live: ingress,
    status: isReady
      ? "Ingress initialization complete"
      : (missing[0] ?? "[2/3] Waiting for update of .status.loadBalancer with hostname/IP"),
    problems: [...(isBacked ? [] : [NO_TARGET]), ...(hasAddress ? [] : [NO_ADDRESS])],
  };
}

const NO_TARGET = "Ingress has at least one rule with an unavailable target endpoint.";
const NO_ADDRESS =
  "Ingress .status.loadBalancer field was not updated with a hostname/IP address. " +
  "\n    for more information about this error, see https://pulumi.io/xdv72s";

function missingBackends({ ingress, endpoints, services }: IngressSight): string[] {
  const there = new Set([
    ...endpoints.map(nameOf),
    // These have no endpoints.
    ...services.filter((service) => textAt(service, "spec", "type") === "ExternalName").map(nameOf),
  ]);
  return objectsAt(ingress, "spec", "rules").flatMap((rule) =>
    objectsAt(rule, "http", "paths")
      .map((path) => ({ path, service: textAt(path, "backend", "service", "name") }))
      .filter(({ service }) => service !== "" && !there.has(service))
      .map(({ path, service }) => {
        const url = `${textAt(rule, "host")}${textAt(path, "path")}`;
        const shown = url === "" ? '"" (default path)' : JSON.stringify(url);
        return `No matching service found for ingress rule: ${shown} -> "${service}"`;
      }),
  );
}
