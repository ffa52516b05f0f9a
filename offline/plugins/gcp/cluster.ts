import { isMap, type PropertyMap, type PropertyValue } from "../property-value.ts";
import type { Kind, Thing } from "../simulated/kind.ts";
import { hexDigits, machineAddress, privateAddress } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";
import { clusterSchema } from "./cluster-schema.ts";
import { labels } from "./labels.ts";
import { locationOf, projectOf } from "./location.ts";
import { KUBERNETES } from "./node-config.ts";

/** What Autopilot decides by itself, and refuses to be told. */
const NOT_WITH_AUTOPILOT = {
  removeDefaultNodePool: "remove_default_node_pool",
  enableShieldedNodes: "enable_shielded_nodes",
};

export const cluster: Kind = {
  outside: { type: "cluster", create: "create", delete: "delete" },
  schema: clusterSchema,

  inputProblem: (inputs) => {
    if (inputs["enableAutopilot"] !== true) {
      return inputs["initialNodeCount"] === undefined
        ? "Cluster.initial_node_count must be greater than zero."
        : undefined;
    }
    const refused = Object.entries(NOT_WITH_AUTOPILOT).find(([name]) => inputs[name] === true);
    return refused && `"enable_autopilot": conflicts with ${refused[1]}`;
  },

  deletionProblem: (state) =>
    state["deletionProtection"] === true
      ? "Cannot destroy cluster because deletion_protection is set to true. " +
        "Set it to false to proceed with cluster deletion."
      : undefined,

  id: (cluster) =>
    `projects/${projectOf(cluster)}/locations/${locationOf(cluster)}/clusters/${text(cluster.inputs, "name")}`,

  outputs: (cluster, id) => {
    const { inputs } = cluster;
    const isAutopilot = inputs["enableAutopilot"] === true;
    return {
      project: projectOf(cluster),
      location: locationOf(cluster),
      subnetwork: inputs["subnetwork"] ?? `projects/${projectOf(cluster)}/subnetworks/default`,
      networkingMode: "VPC_NATIVE",
      ipAllocationPolicy: inputs["ipAllocationPolicy"] ?? {},
      datapathProvider:
        inputs["datapathProvider"] ?? (isAutopilot ? "ADVANCED_DATAPATH" : "LEGACY_DATAPATH"),
      releaseChannel: inputs["releaseChannel"] ?? { channel: "REGULAR" },
      workloadIdentityConfig:
        inputs["workloadIdentityConfig"] ??
        (isAutopilot ? { workloadPool: `${projectOf(cluster)}.svc.id.goog` } : {}),
      privateClusterConfig: {
        ...mapIn(inputs["privateClusterConfig"]),
        privateEndpoint: privateAddress(cluster),
        publicEndpoint: "",
      },
      controlPlaneEndpointsConfig: endpoints(cluster),
      clusterAutoscaling: { enabled: isAutopilot, ...mapIn(inputs["clusterAutoscaling"]) },
      nodeConfig: inputs["nodeConfig"] ?? {},
      ...labels(cluster, "resourceLabels"),
      endpoint: addressOf(cluster),
      masterAuth: { clusterCaCertificate: certificate(cluster) },
      masterVersion: KUBERNETES,
      selfLink: `https://container.googleapis.com/v1/${id}`,
    };
  },
};

function endpoints(cluster: Thing): PropertyMap {
  const given = mapIn(cluster.inputs["controlPlaneEndpointsConfig"]);
  return {
    dnsEndpointConfig: {
      allowExternalTraffic: false,
      ...mapIn(given["dnsEndpointConfig"]),
      // The real one is below goog; nobody can own this one.
      endpoint: `gke-${hexDigits(cluster, "endpoint", 32)}.${locationOf(cluster)}.gke.invalid`,
    },
    ipEndpointsConfig: { enabled: true, ...mapIn(given["ipEndpointsConfig"]) },
  };
}

function addressOf(cluster: Thing): string {
  const { ipEndpointsConfig } = endpoints(cluster);
  return mapIn(ipEndpointsConfig)["enabled"] === false ? "" : machineAddress(cluster);
}

/** It has the form of a certificate and is none: nothing answers that could show another. */
function certificate(cluster: Thing): string {
  const body = Buffer.from(`the authority of ${hexDigits(cluster, "ca", 40)}`).toString("base64");
  const pem = `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
  return Buffer.from(pem).toString("base64");
}

const mapIn = (value: PropertyValue | undefined): PropertyMap => (isMap(value) ? value : {});
