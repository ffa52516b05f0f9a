import type Docker from "dockerode";
import { isMap, type PropertyMap } from "../property-value.ts";
import { type Engine, engineMessage, says, step } from "./engine.ts";
import { LABEL, labelMap, labelSet } from "./labels.ts";
import type { Managed } from "./managed.ts";
import { poll } from "./poll.ts";
import type { Schema } from "./schema.ts";

const REMOVAL = { target: "removed", timeoutSeconds: 30, everySeconds: 1 };

const IPAM_CONFIG: Schema = {
  subnet: { type: "string", forceNew: true },
  ipRange: { type: "string", forceNew: true },
  gateway: { type: "string", forceNew: true },
  auxAddress: { type: "map", forceNew: true },
};

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
    ingress: { type: "bool", forceNew: true },
    ipamDriver: { type: "string", forceNew: true, default: "default" },
    ipamOptions: { type: "map", forceNew: true },
    ipamConfigs: { type: "set", element: IPAM_CONFIG, forceNew: true, computed: true },
    scope: { type: "string", computed: true, output: true },
  },

  async create(engine, planned, exists) {
    const docker = await engine.connected();
    const { name, driver, options, internal, attachable, ingress, ipv6, labels } = planned;
    const created = await step("Unable to create network", () =>
      docker.createNetwork({
        Name: String(name),
        ...(typeof driver === "string" ? { Driver: driver } : {}),
        ...(isMap(options) ? { Options: options as Texts } : {}),
        Internal: internal === true,
        Attachable: attachable === true,
        Ingress: ingress === true,
        EnableIPv6: ipv6 === true,
        IPAM: addressManagement(planned),
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
      ingress: found.Ingress ?? false,
      ipv6: found.EnableIPv6 ?? false,
      ipamDriver: found.IPAM?.Driver ?? "",
      ipamOptions: found.IPAM?.Options ?? {},
      ipamConfigs: (found.IPAM?.Config ?? []).map((config) => ({
        subnet: config.Subnet ?? "",
        ipRange: config.IPRange ?? "",
        gateway: config.Gateway ?? "",
        auxAddress: (config.AuxiliaryAddresses ?? {}) as Texts,
      })),
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

type Texts = Record<string, string>;

function addressManagement({ ipamDriver, ipamOptions, ipamConfigs }: PropertyMap): Docker.IPAM {
  const configs = Array.isArray(ipamConfigs) ? ipamConfigs.filter(isMap) : [];
  return {
    Driver: String(ipamDriver),
    ...(isMap(ipamOptions) ? { Options: ipamOptions as Texts } : {}),
    ...(configs.length === 0
      ? {}
      : {
          Config: configs.map(({ subnet, ipRange, gateway, auxAddress }) => ({
            Subnet: String(subnet),
            IPRange: String(ipRange),
            Gateway: String(gateway),
            AuxiliaryAddresses: isMap(auxAddress) ? (auxAddress as Texts) : {},
          })),
        }),
  };
}

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
