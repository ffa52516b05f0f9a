import type { Schema } from "../simulated/schema.ts";
import { LABELS } from "./labels.ts";
import { PLACE } from "./location.ts";
import { NAME } from "./name.ts";
import { replacesScript } from "./startup-script.ts";

const DISK_MODES = ["READ_WRITE", "READ_ONLY"];

/** Upstream's properties of an instance, but for those of GPUs, IPv6, encryption and reservations. */
export const instanceSchema: Schema = {
  name: NAME,
  project: PLACE,
  zone: PLACE,
  machineType: { type: "string", required: true },
  description: { type: "string" },
  hostname: { type: "string", forceNew: true },
  bootDisk: {
    type: "object",
    required: true,
    forceNew: true,
    of: {
      autoDelete: { type: "bool", default: true },
      deviceName: { type: "string", computed: true, forceNew: true },
      mode: { type: "string", default: "READ_WRITE", forceNew: true, oneOf: DISK_MODES },
      source: { type: "string", computed: true, forceNew: true },
      initializeParams: {
        type: "object",
        computed: true,
        forceNew: true,
        of: {
          image: { type: "string", computed: true, forceNew: true },
          size: { type: "int", computed: true },
          type: { type: "string", computed: true, forceNew: true },
          labels: { type: "map", computed: true },
        },
      },
    },
  },
  attachedDisks: {
    type: "list",
    of: {
      source: { type: "string", required: true },
      deviceName: { type: "string", computed: true },
      mode: { type: "string", default: "READ_WRITE", oneOf: DISK_MODES },
    },
  },
  networkInterfaces: {
    type: "list",
    required: true,
    forceNew: true,
    of: {
      network: { type: "string", computed: true },
      subnetwork: { type: "string", computed: true },
      subnetworkProject: { type: "string", computed: true },
      networkIp: { type: "string", computed: true },
      nicType: { type: "string", forceNew: true },
      stackType: { type: "string", computed: true },
      name: { type: "string", output: true },
      accessConfigs: {
        type: "list",
        of: {
          natIp: { type: "string", computed: true },
          networkTier: { type: "string", computed: true, oneOf: ["PREMIUM", "STANDARD"] },
          publicPtrDomainName: { type: "string" },
        },
      },
    },
  },
  metadata: { type: "map" },
  metadataStartupScript: { type: "string", forceNew: replacesScript },
  serviceAccount: {
    type: "object",
    of: {
      email: { type: "string", computed: true },
      scopes: { type: "set", of: "string", required: true },
    },
  },
  shieldedInstanceConfig: {
    type: "object",
    computed: true,
    of: {
      enableSecureBoot: { type: "bool" },
      enableVtpm: { type: "bool", default: true },
      enableIntegrityMonitoring: { type: "bool", default: true },
    },
  },
  scheduling: {
    type: "object",
    computed: true,
    of: {
      automaticRestart: { type: "bool", default: true },
      onHostMaintenance: { type: "string", computed: true },
      preemptible: { type: "bool", forceNew: true },
      provisioningModel: { type: "string", computed: true, forceNew: true },
    },
  },
  tags: { type: "set", of: "string" },
  canIpForward: { type: "bool" },
  resourcePolicies: { type: "string" },
  allowStoppingForUpdate: { type: "bool" },
  deletionProtection: { type: "bool" },
  desiredStatus: { type: "string", oneOf: ["RUNNING", "TERMINATED", "SUSPENDED"] },
  ...LABELS,

  cpuPlatform: { type: "string", output: true },
  creationTimestamp: { type: "string", output: true },
  currentStatus: { type: "string", output: true },
  instanceId: { type: "string", output: true },
  metadataFingerprint: { type: "string", output: true },
  selfLink: { type: "string", output: true },
  tagsFingerprint: { type: "string", output: true },
};
