import type { Events } from "../cluster/events.ts";
import type { IngressStatus } from "../cluster/ingress-status.ts";
import { type Ingress, keyOf } from "../cluster/objects.ts";
import type { Configurator, Written } from "../nginx/configurator.ts";
import type { Change } from "../routing/changes.ts";
import type { Problem } from "../routing/host-table.ts";
import type { Route } from "../routing/route.ts";
import { tellRemoved, tellWritten } from "./route-events.ts";

interface Parts {
  readonly configurator: Configurator;
  readonly events: Events;
  readonly status: IngressStatus;
  readonly exists: (key: string) => boolean;
  /** Whether this controller, of several, writes what others read. */
  readonly leads: () => boolean;
  readonly reportsStatus: boolean;
}

interface Served {
  readonly warnings: Written["warnings"];
  readonly failure: string | undefined;
}

/** Brings routes to Nginx, and tells their Ingresses by events and status what came of it. */
export class Publisher {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @param problem what is wrong with the Ingress, if that is why it changes. */
  async apply(change: Change, problem: string | undefined): Promise<void> {
    const { route } = change;
    if (change.kind === "write") {
      const key = keyOf(route.ingress);
      const served = await this.serve([route], "other", `error reloading NGINX for ${key}`);
      await this.tell([route], served);
    } else await this.#remove(route, problem);
  }

  /** @param unlessUnchanged whether a file that is as it was asks for no reload. */
  async serve(
    routes: readonly Route[],
    reason: "endpoints" | "other",
    what: string,
    unlessUnchanged = false,
  ): Promise<Served> {
    const written = routes.map((route) => this.#parts.configurator.write(route));
    const warnings = new Map(written.flatMap((one) => [...one.warnings]));
    const isNew = written.some(({ changed }) => changed);
    const failure = isNew || !unlessUnchanged ? await this.reload(reason, what) : undefined;
    return { warnings, failure };
  }

  /** What stopped Nginx from taking the new configuration. */
  async reload(reason: "endpoints" | "other", what: string): Promise<string | undefined> {
    try {
      await this.#parts.configurator.reload(reason);
      return undefined;
    } catch (error) {
      return `${what}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  async tell(routes: readonly Route[], { warnings, failure }: Served): Promise<void> {
    for (const route of routes) tellWritten(this.#parts.events, route, warnings, failure);
    await this.updateStatus(routes);
  }

  async updateStatus(routes: readonly Route[]): Promise<void> {
    const { leads, reportsStatus, status } = this.#parts;
    if (!reportsStatus || !leads()) return;
    for (const { ingress, minions } of routes) {
      await status.update(ingress);
      for (const minion of minions) await status.update(minion.ingress);
    }
  }

  async refuse({ ingress, reason, message }: Problem): Promise<void> {
    const { events, leads, status } = this.#parts;
    events.warning(ingress, reason, message);
    if (leads()) await status.clear(ingress);
  }

  async #remove(route: Route, problem: string | undefined): Promise<void> {
    const { configurator, events, exists } = this.#parts;
    configurator.remove(route.ingress);
    const key = keyOf(route.ingress);
    const failure = await this.reload("other", `error when removing ingress ${key}`);
    if (!exists(key)) return;
    if (tellRemoved(events, route, problem, failure)) await this.#clearStatus(route.ingress);
  }

  async #clearStatus(ingress: Ingress): Promise<void> {
    const { leads, reportsStatus, status } = this.#parts;
    if (reportsStatus && leads()) await status.clear(ingress);
  }
}
