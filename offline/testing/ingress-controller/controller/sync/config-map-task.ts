import { type ConfigMap, keyOf } from "../cluster/objects.ts";
import type { Route } from "../routing/route.ts";
import { readConfigMap, unknownKeys } from "../rules/config-map.ts";
import { DEFAULT_SETTINGS } from "../rules/settings.ts";
import type { Parts } from "./parts.ts";

type Needed = Pick<Parts, "configurator" | "events" | "publisher" | "state" | "values">;

/** Writes everything anew, as the ConfigMap has it now, and tells the ConfigMap and each route. */
export async function applyConfigMap(parts: Needed, routes: readonly Route[]): Promise<void> {
  const { configurator, publisher, state, values } = parts;
  const configMap = state.configMaps.get(values["nginx-configmaps"]);
  if (configMap === undefined) configurator.settings = DEFAULT_SETTINGS;
  else takeOver(configMap, parts);
  configurator.writeMain();
  const what = "error when updating config from ConfigMap";
  await publisher.tell(routes, await publisher.serve(routes, "other", what));
}

/** A key that would be ignored here, and not by the real controller, leaves the settings as they were. */
function takeOver(configMap: ConfigMap, { configurator, events }: Needed): void {
  const key = `ConfigMap ${keyOf(configMap)}`;
  const { data = {} } = configMap;
  const unknown = unknownKeys(data);
  if (unknown.length > 0) {
    const lacks = `this stand-in for the controller lacks ${unknown.join(", ")}`;
    events.warning(configMap, "UpdatedWithError", `${key} was not applied: ${lacks}`);
    return;
  }
  const { settings, problems } = readConfigMap(data);
  configurator.settings = settings;
  for (const problem of problems) events.warning(configMap, "InvalidValue", `${key}: ${problem}`);
  if (problems.length === 0) events.normal(configMap, "Updated", `${key} updated without error`);
  else {
    const message = `${key} updated with errors. Ignoring invalid values`;
    events.warning(configMap, "UpdatedWithError", message);
  }
}
