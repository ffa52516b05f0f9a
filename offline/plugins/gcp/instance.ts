import { equal, isMap, type PropertyMap, type PropertyValue } from "../property-value.ts";
import type { Kind, Thing } from "../simulated/kind.ts";
import {
  CREATED_AT,
  hexDigits,
  machineAddress,
  numberOf,
  privateAddress,
} from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";
import { selfLink } from "./compute-link.ts";
import { instanceSchema } from "./instance-schema.ts";
import { labels } from "./labels.ts";
import { projectOf, zoneOf } from "./location.ts";

export const instance: Kind = {
  outside: { type: "instance", create: "create", update: "update", delete: "delete" },
  schema: instanceSchema,

  updateProblem: (before, after) =>
    needsStop(before, after) && after["allowStoppingForUpdate"] !== true
      ? "Changing the machine_type, min_cpu_platform, service_account, enable_display, " +
        "shielded_instance_config or network_interface.[#d].(network/subnetwork) on a started " +
        "instance requires stopping it. To acknowledge this, please set " +
        "allow_stopping_for_update = true in your config."
      : undefined,

  deletionProblem: (state) =>
    state["deletionProtection"] === true
      ? `Cannot delete instance ${text(state, "name")}: instance Deletion Protection is enabled. ` +
        "Set deletion_protection to false for this resource before attempting to delete it."
      : undefined,

  id: (instance) =>
    `projects/${projectOf(instance)}/zones/${zoneOf(instance)}/instances/${text(instance.inputs, "name")}`,

  foretold: (instance) => ({ project: projectOf(instance), zone: zoneOf(instance) }),

  outputs: (instance, id) => {
    const { inputs } = instance;
    return {
      project: projectOf(instance),
      zone: zoneOf(instance),
      bootDisk: bootDisk(instance),
      attachedDisks: mapsIn(inputs["attachedDisks"]).map((disk, i) => ({
        deviceName: `persistent-disk-${i + 1}`,
        ...disk,
      })),
      networkInterfaces: mapsIn(inputs["networkInterfaces"]).map((one, i) =>
        networkInterface(instance, one, i),
      ),
      ...(isMap(inputs["serviceAccount"])
        ? { serviceAccount: { email: defaultAccount(instance), ...inputs["serviceAccount"] } }
        : {}),
      shieldedInstanceConfig: {
        enableSecureBoot: false,
        enableVtpm: true,
        enableIntegrityMonitoring: true,
        ...mapIn(inputs["shieldedInstanceConfig"]),
      },
      scheduling: {
        automaticRestart: true,
        onHostMaintenance: "MIGRATE",
        preemptible: false,
        provisioningModel: "STANDARD",
        ...mapIn(inputs["scheduling"]),
      },
      ...labels(instance),
      cpuPlatform: "Intel Broadwell",
      creationTimestamp: CREATED_AT,
      currentStatus: inputs["desiredStatus"] ?? "RUNNING",
      instanceId: String(numberOf(instance, "instance", 15)),
      metadataFingerprint: fingerprint(instance, "metadata"),
      tagsFingerprint: fingerprint(instance, "tags"),
      selfLink: selfLink(id),
    };
  },
};

function needsStop(before: PropertyMap, after: PropertyMap): boolean {
  const networks = (inputs: PropertyMap): PropertyValue[] =>
    mapsIn(inputs["networkInterfaces"]).map(({ network = null, subnetwork = null }) => ({
      network,
      subnetwork,
    }));
  return (
    ["machineType", "serviceAccount", "shieldedInstanceConfig"].some(
      (name) => !equal(before[name] ?? null, after[name] ?? null),
    ) || !equal(networks(before), networks(after))
  );
}

function bootDisk(instance: Thing): PropertyMap {
  const given = mapIn(instance.inputs["bootDisk"]);
  const [project, zone] = [projectOf(instance), zoneOf(instance)];
  const disk = `projects/${project}/zones/${zone}/disks/${text(instance.inputs, "name")}`;
  return {
    deviceName: "persistent-disk-0",
    source: selfLink(disk),
    ...given,
    initializeParams: {
      image: "",
      size: 10,
      type: "pd-standard",
      labels: {},
      ...mapIn(given["initializeParams"]),
    },
  };
}

function networkInterface(instance: Thing, given: PropertyMap, i: number): PropertyMap {
  return {
    network: "",
    subnetwork: "",
    subnetworkProject: projectOf(instance),
    networkIp: privateAddress(instance),
    stackType: "IPV4_ONLY",
    name: `nic${i}`,
    ...given,
    accessConfigs: mapsIn(given["accessConfigs"]).map((config) => ({
      natIp: machineAddress(instance),
      networkTier: "PREMIUM",
      ...config,
    })),
  };
}

function defaultAccount(instance: Thing): string {
  return `${numberOf(instance, "project", 12)}-compute@developer.gserviceaccount.com`;
}

function fingerprint(instance: Thing, property: string): string {
  return hexDigits(instance, `${property} ${JSON.stringify(instance.inputs[property])}`, 12);
}

function mapIn(value: PropertyValue | undefined): PropertyMap {
  return isMap(value) ? value : {};
}

function mapsIn(value: PropertyValue | undefined): PropertyMap[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}
