import { isMap, type PropertyMap } from "../property-value.ts";
import { type Engine, engineMessage, says, step } from "./engine.ts";
import { LABEL, labelMap, labelSet } from "./labels.ts";
import type { Managed } from "./managed.ts";
import { poll } from "./poll.ts";

const REMOVAL = { target: "removed", timeoutSeconds: 30, everySeconds: 1 };

export const network: Managed = {
  deleteBeforeReplace: false,
  readsAfterUpdate: false,

  schema: {
    name: { type: "string", required: true, forceNew: true, autoNamed: true },
    labels: { type: "set", element: LABEL, forceNew: true },
    driver: { type: "string", forceNew: true, computed: true },
    options: { type: "map", forceNew: true, computed: true },
    internal: { type: "bool", forceNew: true, computed: true },
    attachable: { type: "bool", forceNew: true },
    ipv6: { type: "bool", forceNew: true },
    ipamDriver: { type: "string", forceNew: true, default: "default" },
    scope: { type: "string", computed: true, output: true },
  },

  async create(engine, planned, exists) {
    const docker = await engine.connected();
    const { name, driver, options, internal, attachable, ipv6, ipamDriver, labels } = planned;
    const created = await step("Unable to create network", () =>
      docker.createNetwork({
        Name: String(name),
        ...(typeof driver === "string" ? { Driver: driver } : {}),
        ...(isMap(options) ? { Options: options as Record<string, string> } : {}),
        Internal: internal === true,
        Attachable: attachable === true,
        EnableIPv6: ipv6 === true,
        IPAM: { Driver: String(ipamDriver) },
        Labels: labelMap(labels),
        CheckDuplicate: true,
      }),
    );
    exists(created.id);
  },

  /** Upstream takes any error for the network's absence. */
  async read(engine, id) {
    const docker = await engine.connected();
    const found = await docker
      .getNetwork(id)
      .inspect()
      .catch(() => null);
    if (found === null) {
      return null;
    }
    const properties: PropertyMap = {
      name: found.Name,
      labels: labelSet(found.Labels),
      driver: found.Driver,
      options: found.Options ?? {},
      internal: found.Internal,
      attachable: found.Attachable,
      ipv6: found.EnableIPv6 ?? false,
      ipamDriver: found.IPAM?.Driver ?? "",
      scope: found.Scope,
    };
    return { id, properties };
  },

  /** Nothing of a network can change in place. */
  async update() {},

  async delete(engine, id) {
    await poll(REMOVAL, () => removeOnce(engine, id));
  },
};

/** Containers that are being removed may still hold on to it for a moment. */
async function removeOnce(engine: Engine, id: string): Promise<"removed" | "pending"> {
  const docker = await engine.connected();
  const handle = docker.getNetwork(id);
  const found = await handle.inspect().catch(() => null);
  if (found === null) {
    return "removed";
  }
  try {
    await handle.remove();
    return "removed";
  } catch (error) {
    if (says(error, "has active endpoints")) {
      return "pending";
    }
    throw new Error(engineMessage(error));
  }
}
