import { annotationsOf, type Ingress } from "../cluster/objects.ts";
import type { Route } from "../routing/route.ts";
import { backendsOf } from "../rules/ingress-check.ts";

/** The old annotation counts more than the field. */
export function ingressClassOf(ingress: Ingress): string {
  return (
    annotationsOf(ingress)["kubernetes.io/ingress.class"] || (ingress.spec.ingressClassName ?? "")
  );
}

/** @param key of a Service. */
export function refersToService({ ingress, minions }: Route, key: string): boolean {
  return [ingress, ...minions.map((minion) => minion.ingress)].some(({ metadata, spec }) =>
    backendsOf(spec).some(({ service }) => `${metadata.namespace}/${service?.name ?? ""}` === key),
  );
}

/** @param key of a Secret. */
export function refersToSecret({ ingress: { metadata, spec } }: Route, key: string): boolean {
  return (spec.tls ?? []).some(
    ({ secretName }) => `${metadata.namespace}/${secretName ?? ""}` === key,
  );
}
