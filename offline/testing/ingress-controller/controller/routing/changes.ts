import { isDeepStrictEqual } from "node:util";
import { annotationsOf, type Ingress, keyOf } from "../cluster/objects.ts";
import { isMaster } from "../rules/ingress-check.ts";
import type { Route } from "./route.ts";

/** What has to happen to the configuration of an Ingress. */
export interface Change {
  readonly kind: "write" | "remove";
  readonly route: Route;
}

type Holders = ReadonlyMap<string, Route>;

/**
 * Removals come first: an Ingress that takes over a host is written when the one that had it is gone.
 *
 * @param routes every Ingress as it is now, also those without a host, which say why they have none.
 */
export function changesBetween(
  before: Holders,
  after: Holders,
  routes: readonly Route[],
): Change[] {
  const removed = new Map<string, Route>();
  const written = new Map<string, Route>();
  for (const [host, old] of before) {
    if (after.get(host) === undefined || !isSame(old, after.get(host))) {
      removed.set(keyOf(old.ingress), old);
    }
  }
  for (const [host, route] of after) {
    const old = before.get(host);
    if (old === undefined || !isEqual(old, route)) written.set(keyOf(route.ingress), route);
  }
  const latest = new Map(routes.map((route) => [keyOf(route.ingress), route]));
  return [
    ...[...removed]
      .filter(([key]) => !written.has(key))
      .map(([key, route]): Change => ({ kind: "remove", route: latest.get(key) ?? route })),
    ...[...written.values()].map((route): Change => ({ kind: "write", route })),
  ];
}

function isSame(one: Route, other: Route | undefined): boolean {
  return other !== undefined && keyOf(one.ingress) === keyOf(other.ingress);
}

/** Whether the configuration would be the same, as far as the resources tell by themselves. */
function isEqual(one: Route, other: Route): boolean {
  return (
    isUnchanged(one.ingress, other.ingress) &&
    isDeepStrictEqual(one.hosts, other.hosts) &&
    isMaster(one.ingress) === isMaster(other.ingress) &&
    one.minions.length === other.minions.length &&
    one.minions.every(({ ingress }, index) => isUnchanged(ingress, other.minions[index]?.ingress))
  );
}

function isUnchanged(one: Ingress, other: Ingress | undefined): boolean {
  return (
    other !== undefined &&
    keyOf(one) === keyOf(other) &&
    one.metadata.generation === other.metadata.generation &&
    isDeepStrictEqual(annotationsOf(one), annotationsOf(other))
  );
}
