import type { Ingress } from "../cluster/objects.ts";

/** An Ingress that may hold hosts, with the minions that add paths to it if it is a master. */
export interface Route {
  readonly ingress: Ingress;
  readonly minions: readonly Minion[];
  /** The hosts that it got: another Ingress may hold some of those that it names. */
  readonly hosts: ReadonlySet<string>;
  readonly warnings: readonly string[];
}

export interface Minion {
  readonly ingress: Ingress;
  readonly paths: ReadonlySet<string>;
  readonly warnings: readonly string[];
}
