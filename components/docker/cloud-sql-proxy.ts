import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { after } from "../after.ts";
import type { CloudSqlPostgres } from "../google/cloud-sql-postgres.ts";
import { labelList, labels, type Owner } from "../labels.ts";
import type { Machine } from "../machine/machine.ts";
import { METADATA_BRIDGE } from "../machine/metadata-service.ts";
import type { PostgresServer } from "../postgres/server.ts";
import { confined, ourLimits, PROXY, processLimit } from "./confinement.ts";
import { boundedLogs } from "./logs.ts";
import { madeAnew } from "./made-anew.ts";

export interface CloudSqlProxyArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  /** Name of the network that the app is on. */
  readonly network: pulumi.Input<string>;
  /** Image of the Cloud SQL Auth Proxy 2. A change ends the connections that go through it. */
  readonly image: string;
  readonly instance: Pick<CloudSqlPostgres, "connectionName" | "password">;
}

const HOST = "database";
const PORT = 5432;

/**
 * The Cloud SQL Auth Proxy, beside the app: what it is told in the clear on the stack's network, it tells the
 * instance over TLS in which both prove who they are. An app can't do that by itself: the certificate names
 * the instance, not an address, which most clients take for an error.
 *
 * @see https://cloud.google.com/sql/docs/postgres/sql-proxy
 */
export class CloudSqlProxy extends pulumi.ComponentResource {
  readonly server: PostgresServer;

  constructor(name: string, args: CloudSqlProxyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:CloudSqlProxy", name, {}, opts);
    // Its way out, from which the metadata service may be asked for a token; other containers may not. The engine
    // takes the network whose name comes first for it, and this one's comes before the stack's.
    const cloud = new docker.Network(
      `${name}-cloud`,
      {
        name: `${args.owner.project}-${args.owner.stack}-cloud`,
        driver: "bridge",
        options: { "com.docker.network.bridge.name": METADATA_BRIDGE },
        labels: labelList(labels(args.owner, "network")),
      },
      { parent: this },
    );
    const proxy = new docker.Container(
      name,
      {
        image: args.image,
        labels: labelList(labels(args.owner, "database-proxy")),
        command: [
          "--private-ip",
          "--address=0.0.0.0",
          `--port=${PORT}`,
          "--structured-logs",
          args.instance.connectionName,
        ],
        networksAdvanced: [{ name: args.network, aliases: [HOST] }, { name: cloud.name }],
        restart: "unless-stopped",
        ...confined(PROXY),
        ...boundedLogs,
      },
      // Beside the one before, so that new connections always find one.
      { parent: this, deleteBeforeReplace: false, ...madeAnew, ...ourLimits },
    );
    processLimit(
      name,
      { machine: args.machine, container: proxy.name, confinement: PROXY },
      { parent: this },
    );
    this.server = {
      id: args.instance.connectionName,
      host: after(HOST, proxy),
      port: PORT,
      administrator: "postgres",
      password: args.instance.password,
      firstDatabase: "postgres",
      ca: undefined,
    };
    this.registerOutputs({});
  }
}
