import { isMap } from "../../property-value.ts";
import { type Manifest, objectsAt, textAt, valueAt } from "../manifest.ts";
import type { Progress } from "./progress.ts";

export interface ServiceSight {
  readonly service: Manifest;
  /** Nothing, until the controller has made them. */
  readonly endpoints: Manifest | undefined;
  readonly areEndpointsSettled: boolean;
}

/** A Service is ready when it has an address, and its endpoints have come to rest and are ready. */
export function serviceState({ service, endpoints, areEndpointsSettled }: ServiceSight): Progress {
  const hasAddress =
    textAt(service, "spec", "type") !== "LoadBalancer" ||
    objectsAt(service, "status", "loadBalancer", "ingress").length > 0;
  const subsets = endpoints === undefined ? [] : objectsAt(endpoints, "subsets");
  const hasEndpoints = subsets.some((subset) => objectsAt(subset, "addresses").length > 0);
  const isPending = subsets.some((subset) => objectsAt(subset, "notReadyAddresses").length > 0);
  const isReady = hasAddress && (!hasPods(service) || (areEndpointsSettled && !isPending));
  return {
    isReady,
    live: service,
    status: isReady
      ? "Service initialization complete"
      : areEndpointsSettled && hasEndpoints
        ? "[2/3] Attempting to allocate IP address to Service"
        : "[1/3] Finding Pods to direct traffic to",
    problems:
      isReady || isHeadless(service) || isExternalName(service)
        ? []
        : [...(hasEndpoints ? [] : [NO_PODS]), ...(hasAddress ? [] : [NO_ADDRESS])],
  };
}

const NO_PODS =
  "Service does not target any Pods. Selected Pods may not be ready, or " +
  "field '.spec.selector' may not match labels on any Pods";
const NO_ADDRESS =
  "Service was not allocated an IP address; does your cloud provider support this?";

/** For others no endpoints are made, or not by a controller. */
function hasPods(service: Manifest): boolean {
  const selector = valueAt(service, "spec", "selector") ?? null;
  return (
    !isHeadless(service) &&
    !isExternalName(service) &&
    isMap(selector) &&
    Object.keys(selector).length > 0
  );
}

function isHeadless(service: Manifest): boolean {
  return textAt(service, "spec", "clusterIP") === "None";
}

function isExternalName(service: Manifest): boolean {
  return textAt(service, "spec", "type") === "ExternalName";
}
