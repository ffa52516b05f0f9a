import type { Events } from "../cluster/events.ts";
import { keyOf } from "../cluster/objects.ts";
import type { Written } from "../nginx/configurator.ts";
import type { Route } from "../routing/route.ts";
import { isMaster } from "../rules/ingress-check.ts";

/** Tells of a route, and of its minions, how it is served now, and what stopped Nginx from doing so. */
export function tellWritten(
  events: Events,
  route: Route,
  warnings: Written["warnings"],
  failure: string | undefined,
): void {
  for (const { ingress, warnings: ofHosts } of [route, ...route.minions]) {
    const ofConfig = warnings.get(keyOf(ingress)) ?? [];
    const parts = [warned(ofHosts), warned(ofConfig), notApplied(failure)];
    const text = isMaster(route.ingress) ? together(parts) : apart(parts);
    const message = `Configuration for ${keyOf(ingress)} was added or updated${text}`;
    if (failure !== undefined) events.warning(ingress, "AddedOrUpdatedWithError", message);
    else if (ofHosts.length + ofConfig.length > 0) {
      events.warning(ingress, "AddedOrUpdatedWithWarning", message);
    } else events.normal(ingress, "AddedOrUpdated", message);
  }
}

/** Whether there was something to tell: an Ingress that went to another controller is not told. */
export function tellRemoved(
  events: Events,
  { ingress, warnings }: Route,
  problem: string | undefined,
  failure: string | undefined,
): boolean {
  const why = problem === undefined ? warned(warnings) : `with error: ${problem}`;
  if (why === "") return false;
  const reason = failure === undefined ? "Rejected" : "RejectedWithError";
  const text = [why, notApplied(failure)].filter((part) => part !== "").join("; ");
  events.warning(ingress, reason, `${keyOf(ingress)} was rejected: ${text}`);
  return true;
}

function warned(warnings: readonly string[]): string {
  return warnings.length === 0 ? "" : `with warning(s): ${warnings.join("; ")}`;
}

function notApplied(failure: string | undefined): string {
  return failure === undefined ? "" : `but was not applied: ${failure}`;
}

function together(parts: readonly string[]): string {
  const said = parts.filter((part) => part !== "");
  return said.length === 0 ? "" : ` ${said.join("; ")}`;
}

/** As the controller has it for an Ingress that is no master: every part but the first after a semicolon. */
function apart([first = "", ...others]: readonly string[]): string {
  return ` ${first}${others.map((part) => (part === "" ? "" : `; ${part}`)).join("")}`;
}
