import { isMap, type PropertyMap, type PropertyValue } from "../property-value.ts";
import type { Kind } from "../simulated/kind.ts";
import { text } from "../simulated/text.ts";
import { foretoldProject, lastPart, locationOf, PLACE, projectOf } from "./location.ts";
import { KUBERNETES, NODE_CONFIG } from "./node-config.ts";

/** Upstream's properties of a pool, but for those of placement, queues and other networks. */
export const nodePool: Kind = {
  schema: {
    name: { type: "string", autoNamed: { maxLength: 40 }, forceNew: true },
    project: PLACE,
    location: PLACE,
    cluster: { type: "string", required: true, forceNew: true },
    nodeCount: { type: "int", computed: true },
    initialNodeCount: { type: "int", computed: true, forceNew: true },
    nodeLocations: { type: "set", of: "string", computed: true },
    maxPodsPerNode: { type: "int", computed: true, forceNew: true },
    version: { type: "string", computed: true },
    autoscaling: {
      type: "object",
      of: { minNodeCount: { type: "int" }, maxNodeCount: { type: "int" } },
    },
    management: {
      type: "object",
      computed: true,
      of: {
        autoRepair: { type: "bool", default: true },
        autoUpgrade: { type: "bool", default: true },
      },
    },
    upgradeSettings: {
      type: "object",
      computed: true,
      of: {
        strategy: { type: "string", default: "SURGE", oneOf: ["SURGE", "BLUE_GREEN"] },
        maxSurge: { type: "int", computed: true },
        maxUnavailable: { type: "int", computed: true },
      },
    },
    nodeConfig: { type: "object", computed: true, of: NODE_CONFIG },

    instanceGroupUrls: { type: "list", of: "string", output: true },
  },

  id: (pool) => {
    const cluster = lastPart(text(pool.inputs, "cluster"));
    return `projects/${projectOf(pool)}/locations/${locationOf(pool)}/clusters/${cluster}/nodePools/${text(pool.inputs, "name")}`;
  },

  foretold: foretoldProject,

  outputs: (pool) => {
    const { inputs } = pool;
    const nodeCount = inputs["nodeCount"] ?? inputs["initialNodeCount"] ?? 1;
    return {
      project: projectOf(pool),
      location: locationOf(pool),
      nodeCount,
      initialNodeCount: inputs["initialNodeCount"] ?? nodeCount,
      nodeLocations: inputs["nodeLocations"] ?? [locationOf(pool)],
      maxPodsPerNode: inputs["maxPodsPerNode"] ?? 110,
      version: inputs["version"] ?? KUBERNETES,
      management: { autoRepair: true, autoUpgrade: true, ...mapIn(inputs["management"]) },
      upgradeSettings: {
        strategy: "SURGE",
        maxSurge: 1,
        maxUnavailable: 0,
        ...mapIn(inputs["upgradeSettings"]),
      },
      nodeConfig: {
        machineType: "e2-medium",
        diskSizeGb: 100,
        diskType: "pd-balanced",
        imageType: "COS_CONTAINERD",
        serviceAccount: "default",
        labels: {},
        metadata: { "disable-legacy-endpoints": "true" },
        ...mapIn(inputs["nodeConfig"]),
      },
      instanceGroupUrls: [],
    };
  },
};

const mapIn = (value: PropertyValue | undefined): PropertyMap => (isMap(value) ? value : {});
