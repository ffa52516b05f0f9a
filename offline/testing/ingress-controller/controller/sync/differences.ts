import { isDeepStrictEqual } from "node:util";
import type { Resource, Service } from "../cluster/objects.ts";

/** Whether more than the status has changed, which the controller writes itself. */
export function hasChanged(before: Resource, after: Resource): boolean {
  return !isDeepStrictEqual(withoutStatus(before), withoutStatus(after));
}

/** What of a Service is not in its EndpointSlices. */
export function servicePortsChanged(before: Service, after: Service): boolean {
  if (before.spec.clusterIP === "None" || after.spec.clusterIP === "None") return true;
  if (after.spec.type === "ExternalName" && before.spec.externalName !== after.spec.externalName) {
    return true;
  }
  return !isDeepStrictEqual(portsOf(before), portsOf(after));
}

function portsOf({ spec }: Service): string[] {
  return (spec.ports ?? []).map(({ name = "", port }) => `${name} ${port}`).sort();
}

function withoutStatus(resource: Resource): object {
  const { resourceVersion: _version, ...metadata } = resource.metadata;
  return { ...resource, metadata, status: undefined };
}
