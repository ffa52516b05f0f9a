import type { Schema } from "../simulated/schema.ts";
import { PLACE } from "./location.ts";
import { NODE_CONFIG } from "./node-config.ts";

const NETWORK: Schema = {
  network: { type: "string", default: "default", forceNew: true },
  subnetwork: { type: "string", computed: true, forceNew: true },
  networkingMode: {
    type: "string",
    computed: true,
    forceNew: true,
    oneOf: ["VPC_NATIVE", "ROUTES"],
  },
  datapathProvider: {
    type: "string",
    computed: true,
    forceNew: true,
    oneOf: ["DATAPATH_PROVIDER_UNSPECIFIED", "LEGACY_DATAPATH", "ADVANCED_DATAPATH"],
  },
  ipAllocationPolicy: {
    type: "object",
    computed: true,
    forceNew: true,
    of: {
      clusterSecondaryRangeName: { type: "string", computed: true, forceNew: true },
      servicesSecondaryRangeName: { type: "string", computed: true, forceNew: true },
      clusterIpv4CidrBlock: { type: "string", computed: true, forceNew: true },
      servicesIpv4CidrBlock: { type: "string", computed: true, forceNew: true },
      stackType: { type: "string", default: "IPV4", oneOf: ["IPV4", "IPV4_IPV6"] },
    },
  },
};

/** How nodes and the API server are reached. */
const ACCESS: Schema = {
  privateClusterConfig: {
    type: "object",
    computed: true,
    of: {
      enablePrivateNodes: { type: "bool" },
      enablePrivateEndpoint: { type: "bool" },
      masterIpv4CidrBlock: { type: "string", computed: true, forceNew: true },
      privateEndpoint: { type: "string", output: true },
      publicEndpoint: { type: "string", output: true },
    },
  },
  controlPlaneEndpointsConfig: {
    type: "object",
    computed: true,
    of: {
      dnsEndpointConfig: {
        type: "object",
        computed: true,
        of: {
          allowExternalTraffic: { type: "bool" },
          enableK8sCertsViaDns: { type: "bool" },
          enableK8sTokensViaDns: { type: "bool" },
          endpoint: { type: "string", output: true },
        },
      },
      ipEndpointsConfig: {
        type: "object",
        computed: true,
        of: { enabled: { type: "bool" } },
      },
    },
  },
  workloadIdentityConfig: {
    type: "object",
    computed: true,
    of: { workloadPool: { type: "string" } },
  },
};

const CARE: Schema = {
  deletionProtection: { type: "bool", default: true },
  releaseChannel: {
    type: "object",
    computed: true,
    of: {
      channel: {
        type: "string",
        required: true,
        oneOf: ["UNSPECIFIED", "RAPID", "REGULAR", "STABLE", "EXTENDED"],
      },
    },
  },
  minMasterVersion: { type: "string" },
  maintenancePolicy: {
    type: "object",
    of: {
      dailyMaintenanceWindow: {
        type: "object",
        of: { startTime: { type: "string", required: true } },
      },
      recurringWindow: {
        type: "object",
        of: {
          startTime: { type: "string", required: true },
          endTime: { type: "string", required: true },
          recurrence: { type: "string", required: true },
        },
      },
    },
  },
};

const DISK_TYPES = ["pd-standard", "pd-ssd", "pd-balanced", "hyperdisk-balanced"];
const IMAGE_TYPES = ["COS_CONTAINERD", "COS", "UBUNTU_CONTAINERD", "UBUNTU"];

const NODES: Schema = {
  enableAutopilot: { type: "bool", forceNew: true },
  removeDefaultNodePool: { type: "bool" },
  initialNodeCount: { type: "int", forceNew: true },
  nodeConfig: { type: "object", computed: true, of: NODE_CONFIG },
  enableShieldedNodes: { type: "bool", default: true, conflictsWith: ["enableAutopilot"] },
  clusterAutoscaling: {
    type: "object",
    computed: true,
    of: {
      enabled: { type: "bool", computed: true },
      autoscalingProfile: {
        type: "string",
        default: "BALANCED",
        oneOf: ["BALANCED", "OPTIMIZE_UTILIZATION"],
      },
      autoProvisioningDefaults: {
        type: "object",
        computed: true,
        of: {
          serviceAccount: { type: "string", default: "default" },
          oauthScopes: { type: "list", of: "string", computed: true },
          diskSize: { type: "int", default: 100 },
          diskType: { type: "string", default: "pd-standard", oneOf: DISK_TYPES },
          imageType: { type: "string", default: "COS_CONTAINERD", oneOf: IMAGE_TYPES },
        },
      },
    },
  },
};

/** Upstream's properties of a cluster, but for those of add-ons, fleets, monitoring and old ways in. */
export const clusterSchema: Schema = {
  name: {
    type: "string",
    autoNamed: { maxLength: 40 },
    forceNew: true,
    pattern: /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/,
  },
  project: PLACE,
  location: PLACE,
  description: { type: "string", forceNew: true },
  resourceLabels: { type: "map" },
  ...NETWORK,
  ...ACCESS,
  ...CARE,
  ...NODES,

  effectiveLabels: { type: "map", output: true, secret: true },
  endpoint: { type: "string", output: true },
  labelFingerprint: { type: "string", output: true },
  masterAuth: {
    type: "object",
    output: true,
    of: { clusterCaCertificate: { type: "string" } },
  },
  masterVersion: { type: "string", output: true },
  pulumiLabels: { type: "map", output: true, secret: true },
  selfLink: { type: "string", output: true },
};
