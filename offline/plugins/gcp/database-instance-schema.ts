import type { Schema } from "../simulated/schema.ts";
import { PLACE } from "./location.ts";
import { NAME } from "./name.ts";

const TIER_AND_DISK: Schema = {
  tier: { type: "string", required: true },
  edition: { type: "string", computed: true, oneOf: ["ENTERPRISE", "ENTERPRISE_PLUS"] },
  activationPolicy: { type: "string", default: "ALWAYS" },
  availabilityType: { type: "string", default: "ZONAL", oneOf: ["REGIONAL", "ZONAL"] },
  pricingPlan: { type: "string", default: "PER_USE" },
  diskAutoresize: { type: "bool", default: true },
  diskAutoresizeLimit: { type: "int" },
  // A disk can grow in place, and shrinks never.
  diskSize: {
    type: "int",
    computed: true,
    forceNew: ({ before, after }) => Number(after) < Number(before),
  },
  diskType: { type: "string", computed: true },
};

const BACKUPS: Schema = {
  backupConfiguration: {
    type: "object",
    computed: true,
    of: {
      enabled: { type: "bool" },
      startTime: { type: "string", computed: true },
      location: { type: "string" },
      pointInTimeRecoveryEnabled: { type: "bool" },
      transactionLogRetentionDays: { type: "int", computed: true },
      backupRetentionSettings: {
        type: "object",
        computed: true,
        of: {
          retainedBackups: { type: "int", required: true },
          retentionUnit: { type: "string", default: "COUNT" },
        },
      },
    },
  },
  retainBackupsOnDelete: { type: "bool" },
  finalBackupConfig: {
    type: "object",
    of: { enabled: { type: "bool" }, retentionDays: { type: "int" } },
  },
};

const ACCESS: Schema = {
  ipConfiguration: {
    type: "object",
    computed: true,
    of: {
      ipv4Enabled: { type: "bool", default: true },
      privateNetwork: {
        type: "string",
        forceNew: ({ after }) => after === null,
        pattern:
          /^(https?:\/\/.+\/)?projects\/[^/]+\/global\/networks\/[a-z]([-a-z0-9]*[a-z0-9])?$/,
      },
      allocatedIpRange: { type: "string" },
      enablePrivatePathForGoogleCloudServices: { type: "bool" },
      sslMode: {
        type: "string",
        computed: true,
        oneOf: [
          "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
          "ENCRYPTED_ONLY",
          "TRUSTED_CLIENT_CERTIFICATE_REQUIRED",
        ],
      },
      serverCaMode: { type: "string", computed: true },
      authorizedNetworks: {
        type: "set",
        of: {
          value: { type: "string", required: true },
          name: { type: "string" },
          expirationTime: { type: "string" },
        },
      },
    },
  },
  connectorEnforcement: { type: "string", computed: true, oneOf: ["NOT_REQUIRED", "REQUIRED"] },
};

const CARE: Schema = {
  databaseFlags: {
    type: "set",
    of: {
      name: { type: "string", required: true },
      value: { type: "string", required: true },
    },
  },
  deletionProtectionEnabled: { type: "bool" },
  insightsConfig: {
    type: "object",
    computed: true,
    of: {
      queryInsightsEnabled: { type: "bool" },
      queryPlansPerMinute: { type: "int", computed: true },
      queryStringLength: { type: "int", computed: true },
      recordApplicationTags: { type: "bool" },
      recordClientAddress: { type: "bool" },
    },
  },
  locationPreference: {
    type: "object",
    computed: true,
    of: { zone: { type: "string" }, secondaryZone: { type: "string" } },
  },
  maintenanceWindow: {
    type: "object",
    of: {
      day: { type: "int" },
      hour: { type: "int" },
      updateTrack: { type: "string", oneOf: ["canary", "stable", "week5"] },
    },
  },
  passwordValidationPolicy: {
    type: "object",
    of: {
      enablePasswordPolicy: { type: "bool", required: true },
      minLength: { type: "int" },
      complexity: { type: "string" },
      disallowUsernameSubstring: { type: "bool" },
    },
  },
  userLabels: { type: "map", computed: true },
};

/** Upstream's properties of an instance, but for replicas, clones and what is not for Postgres. */
export const databaseInstanceSchema: Schema = {
  name: NAME,
  project: PLACE,
  region: PLACE,
  databaseVersion: { type: "string", required: true },
  deletionProtection: { type: "bool", default: true },
  encryptionKeyName: { type: "string", computed: true, forceNew: true },
  maintenanceVersion: { type: "string", computed: true },
  rootPassword: { type: "string", secret: true },
  settings: {
    type: "object",
    computed: true,
    of: {
      ...TIER_AND_DISK,
      ...BACKUPS,
      ...ACCESS,
      ...CARE,
      effectiveAvailabilityType: { type: "string", output: true },
      version: { type: "int", output: true },
    },
  },

  connectionName: { type: "string", output: true },
  dnsName: { type: "string", output: true },
  firstIpAddress: { type: "string", output: true },
  instanceType: { type: "string", output: true },
  ipAddresses: {
    type: "list",
    output: true,
    of: { ipAddress: { type: "string" }, type: { type: "string" } },
  },
  privateIpAddress: { type: "string", output: true },
  publicIpAddress: { type: "string", output: true },
  selfLink: { type: "string", output: true },
  serverCaCerts: {
    type: "list",
    output: true,
    secret: true,
    of: { cert: { type: "string" }, commonName: { type: "string" } },
  },
  serviceAccountEmailAddress: { type: "string", output: true },
};
