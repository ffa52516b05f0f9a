import { type Ingress, keyOf } from "../cluster/objects.ts";
import { isMaster, isMinion } from "../rules/ingress-check.ts";
import { type Change, changesBetween } from "./changes.ts";
import { olderFirst } from "./older-first.ts";
import type { Minion, Route } from "./route.ts";

/** What an Ingress is told by an event when it gets none of what it asks for. */
export interface Problem {
  readonly ingress: Ingress;
  readonly reason: string;
  readonly message: string;
}

interface Outcome {
  readonly changes: readonly Change[];
  /** Those that were not there before, or were others. */
  readonly problems: readonly Problem[];
}

/** Which Ingress holds which host: of two that name the same, the older. */
export class HostTable {
  readonly #ingresses = new Map<string, Ingress>();
  #holders: ReadonlyMap<string, Route> = new Map();
  #problems: ReadonlyMap<string, Problem> = new Map();

  set(ingress: Ingress): void {
    this.#ingresses.set(keyOf(ingress), ingress);
  }

  /** Whether it was there. */
  delete(key: string): boolean {
    return this.#ingresses.delete(key);
  }

  /** Those that hold a host, each once. */
  routes(): Route[] {
    return [...new Map([...this.#holders.values()].map((route) => [keyOf(route.ingress), route]))]
      .map(([, route]) => route)
      .sort((one, other) => (keyOf(one.ingress) < keyOf(other.ingress) ? -1 : 1));
  }

  rebuild(): Outcome {
    const ordered = [...this.#ingresses.values()].sort((one, other) =>
      keyOf(one) < keyOf(other) ? -1 : 1,
    );
    const minions = ordered.filter(isMinion);
    const tops = ordered.filter((ingress) => !isMinion(ingress));
    const routes = routesFor(tops, minions);
    const holders = new Map(
      routes.flatMap((route) => [...route.hosts].map((host) => [host, route])),
    );

    const changes = changesBetween(this.#holders, holders, routes);
    const problems = new Map(
      [...withoutHost(routes), ...withoutMaster(minions, holders)].map((problem) => [
        keyOf(problem.ingress),
        problem,
      ]),
    );
    const fresh = [...problems].filter(([key, { reason, message }]) => {
      const before = this.#problems.get(key);
      return before?.reason !== reason || before.message !== message;
    });
    this.#holders = holders;
    this.#problems = problems;
    return { changes, problems: fresh.map(([, problem]) => problem) };
  }
}

function routesFor(tops: readonly Ingress[], minions: readonly Ingress[]): Route[] {
  const holders = new Map<string, Ingress>();
  const warnings = new Map(tops.map((ingress) => [ingress, [] as string[]]));
  for (const ingress of tops) {
    for (const host of hostsOf(ingress)) {
      const holder = holders.get(host);
      const loser = holder === undefined ? undefined : olderFirst(holder, ingress)[1];
      if (loser !== undefined)
        warnings.get(loser)?.push(`host ${host} is taken by another resource`);
      if (loser !== ingress) holders.set(host, ingress);
    }
  }
  return tops.map((ingress) => ({
    ingress,
    minions: isMaster(ingress) ? minionsOf(hostsOf(ingress)[0], minions) : [],
    hosts: new Set(hostsOf(ingress).filter((host) => holders.get(host) === ingress)),
    warnings: warnings.get(ingress) ?? [],
  }));
}

function minionsOf(host: string | undefined, all: readonly Ingress[]): Minion[] {
  const minions = all.filter((ingress) => hostsOf(ingress)[0] === host);
  const holders = new Map<string, Ingress>();
  const warnings = new Map(minions.map((ingress) => [ingress, [] as string[]]));
  for (const ingress of minions) {
    for (const path of pathsOf(ingress)) {
      const holder = holders.get(path);
      const loser = holder === undefined ? undefined : olderFirst(holder, ingress)[1];
      if (loser !== undefined)
        warnings.get(loser)?.push(`path ${path} is taken by another resource`);
      if (loser !== ingress) holders.set(path, ingress);
    }
  }
  return minions.map((ingress) => ({
    ingress,
    paths: new Set(pathsOf(ingress).filter((path) => holders.get(path) === ingress)),
    warnings: warnings.get(ingress) ?? [],
  }));
}

function withoutHost(routes: readonly Route[]): Problem[] {
  return routes
    .filter(({ hosts }) => hosts.size === 0)
    .map(({ ingress }) => ({
      ingress,
      reason: "Rejected",
      message: "All hosts are taken by other resources",
    }));
}

function withoutMaster(
  minions: readonly Ingress[],
  holders: ReadonlyMap<string, Route>,
): Problem[] {
  return minions
    .filter((minion) => {
      const holder = holders.get(hostsOf(minion)[0] ?? "");
      return holder === undefined || !isMaster(holder.ingress);
    })
    .map((ingress) => ({
      ingress,
      reason: "NoIngressMasterFound",
      message: "Ingress master is invalid or doesn't exist",
    }));
}

function hostsOf({ spec }: Ingress): string[] {
  return (spec.rules ?? []).map(({ host = "" }) => host);
}

function pathsOf({ spec }: Ingress): string[] {
  return (spec.rules?.[0]?.http?.paths ?? []).map(({ path = "" }) => path);
}
