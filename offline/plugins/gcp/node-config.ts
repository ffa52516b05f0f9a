import type { Schema } from "../simulated/schema.ts";

/** What the nodes of a pool are, but for GPUs, disks of their own, and tuning. */
export const NODE_CONFIG = {
  machineType: { type: "string", computed: true },
  diskSizeGb: { type: "int", computed: true },
  diskType: { type: "string", computed: true },
  imageType: { type: "string", computed: true },
  serviceAccount: { type: "string", computed: true, forceNew: true },
  oauthScopes: { type: "set", of: "string", computed: true, forceNew: true },
  spot: { type: "bool", forceNew: true },
  labels: { type: "map", computed: true },
  resourceLabels: { type: "map" },
  tags: { type: "list", of: "string" },
  metadata: { type: "map", computed: true, forceNew: true },
  shieldedInstanceConfig: {
    type: "object",
    computed: true,
    forceNew: true,
    of: {
      enableSecureBoot: { type: "bool", forceNew: true },
      enableIntegrityMonitoring: { type: "bool", default: true, forceNew: true },
    },
  },
  workloadMetadataConfig: {
    type: "object",
    computed: true,
    of: {
      mode: {
        type: "string",
        required: true,
        oneOf: ["MODE_UNSPECIFIED", "GCE_METADATA", "GKE_METADATA"],
      },
    },
  },
} as const satisfies Schema;

/** What the release channel has today. */
export const KUBERNETES = "1.34.1-gke.1829001";
