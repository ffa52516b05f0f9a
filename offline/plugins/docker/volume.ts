import type { PropertyMap } from "../property-value.ts";
import { type Engine, engineMessage, isNotFound, says, step } from "./engine.ts";
import { LABEL, labelMap, labelSet } from "./labels.ts";
import type { Managed } from "./managed.ts";
import { poll } from "./poll.ts";

const REMOVAL = { target: "removed", timeoutSeconds: 30, everySeconds: 1 };

export const volume: Managed = {
  deleteBeforeReplace: false,
  readsAfterUpdate: false,

  schema: {
    name: { type: "string", forceNew: true, computed: true, autoNamed: true },
    labels: { type: "set", element: LABEL, forceNew: true },
    driver: { type: "string", forceNew: true, computed: true },
    driverOpts: { type: "map", forceNew: true },
    mountpoint: { type: "string", computed: true, output: true },
  },

  /** A volume that exists already is taken over as it is: that is how the engine creates volumes. */
  async create(engine, { name, labels, driver, driverOpts }, exists) {
    const docker = await engine.connected();
    await step("Unable to create volume", () =>
      docker.createVolume({
        Name: String(name),
        Labels: labelMap(labels),
        ...(typeof driver === "string" ? { Driver: driver } : {}),
        DriverOpts: (driverOpts ?? {}) as Record<string, string>,
      }),
    );
    exists(String(name));
  },

  async read(engine, id) {
    const docker = await engine.connected();
    try {
      const found = await docker.getVolume(id).inspect();
      const properties: PropertyMap = {
        name: found.Name,
        labels: labelSet(found.Labels),
        driver: found.Driver,
        driverOpts: found.Options ?? {},
        mountpoint: found.Mountpoint,
      };
      return { id, properties };
    } catch (error) {
      if (isNotFound(error)) {
        return null;
      }
      throw new Error(`Unable to inspect volume: ${engineMessage(error)}`);
    }
  },

  /** All that could change of a volume in place belongs to swarms. */
  async update() {},

  async delete(engine, id) {
    await poll(REMOVAL, () => removeOnce(engine, id));
  },
};

async function removeOnce(engine: Engine, id: string): Promise<"removed" | "in_use"> {
  const docker = await engine.connected();
  try {
    await docker.getVolume(id).remove();
    return "removed";
  } catch (error) {
    if (isNotFound(error)) {
      return "removed";
    }
    if (says(error, "volume is in use")) {
      return "in_use";
    }
    throw new Error(engineMessage(error));
  }
}
