import type { Kind, Thing } from "../simulated/kind.ts";
import { hexDigits, numberOf, uuid } from "../simulated/made-up.ts";
import { text } from "../simulated/text.ts";
import { NAME } from "./name.ts";
import { TAGS } from "./tags.ts";

const ADMINISTRATOR = "doadmin";
const DATABASE = "defaultdb";
const PORTS: Readonly<Record<string, number>> = { pg: 25060, mysql: 25060, valkey: 25061 };
const SCHEMES: Readonly<Record<string, string>> = { pg: "postgresql", valkey: "rediss" };

export const databaseCluster: Kind = {
  outside: { type: "databaseCluster", create: "create", delete: "delete" },
  schema: {
    name: { ...NAME, forceNew: true },
    engine: { type: "string", required: true, forceNew: true },
    version: { type: "string" },
    size: { type: "string", required: true },
    region: { type: "string", required: true },
    nodeCount: { type: "int", required: true },
    maintenanceWindows: {
      type: "list",
      of: {
        day: { type: "string", required: true },
        hour: { type: "string", required: true },
      },
    },
    privateNetworkUuid: { type: "string", computed: true, forceNew: true },
    projectId: { type: "string", computed: true, forceNew: true },
    storageSizeMib: { type: "string", computed: true },
    backupRestore: {
      type: "object",
      of: {
        databaseName: { type: "string", required: true },
        backupCreatedAt: { type: "string" },
      },
    },
    tags: TAGS,

    clusterUrn: { type: "string", output: true },
    database: { type: "string", output: true },
    host: { type: "string", output: true },
    metricsEndpoints: { type: "list", of: "string", output: true },
    password: { type: "string", output: true, secret: true },
    port: { type: "int", output: true },
    privateHost: { type: "string", output: true },
    privateUri: { type: "string", output: true, secret: true },
    uri: { type: "string", output: true, secret: true },
    user: { type: "string", output: true },
  },

  inputProblem: ({ version }) =>
    version === undefined
      ? 'The argument "version" is required, but no definition was found.'
      : undefined,

  id: (cluster) => uuid(cluster, "database cluster"),

  outputs: (cluster, id) => {
    const { inputs } = cluster;
    return {
      privateNetworkUuid: inputs["privateNetworkUuid"] ?? uuid(cluster, "default vpc"),
      projectId: inputs["projectId"] ?? uuid(cluster, "project"),
      storageSizeMib: inputs["storageSizeMib"] ?? "10240",
      clusterUrn: `do:dbaas:${id}`,
      metricsEndpoints: [],
      user: ADMINISTRATOR,
      database: DATABASE,
      ...connection(cluster),
    };
  },
};

function connection(cluster: Thing) {
  const [name, engine] = [text(cluster.inputs, "name"), text(cluster.inputs, "engine")];
  const port = PORTS[engine] ?? 25060;
  const password = `AVNS_${hexDigits(cluster, "password", 19)}`;
  const scheme = SCHEMES[engine] ?? engine;
  const uri = (host: string) =>
    `${scheme}://${ADMINISTRATOR}:${password}@${host}:${port}/${DATABASE}?sslmode=require`;
  const domain = `${name}-do-user-${numberOf(cluster, "user", 7)}-0.h.db.ondigitalocean.com`;
  return {
    host: domain,
    privateHost: `private-${domain}`,
    port,
    password,
    uri: uri(domain),
    privateUri: uri(`private-${domain}`),
  };
}
