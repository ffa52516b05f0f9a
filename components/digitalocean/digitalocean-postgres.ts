import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import { after } from "../after.ts";
import type { DigitalOceanPlace } from "../machine/cloud-place.ts";
import type { PostgresServer, PostgresServerArgs } from "../postgres/server.ts";

export interface DigitaloceanPostgresArgs extends PostgresServerArgs {
  readonly place: DigitalOceanPlace;
}

/**
 * Managed Postgres of DigitalOcean, in the region's own network, which a droplet without a network of its own
 * is in too. It lets in that droplet and nothing else, over TLS that is verified with the cluster's authority.
 *
 * DigitalOcean backs it up each day and keeps what is needed to go back to any moment of the last seven days;
 * the cluster and its backups are deleted together, so the cluster is what is protected.
 *
 * @see https://docs.digitalocean.com/products/databases/postgresql/
 */
export class DigitaloceanPostgres extends pulumi.ComponentResource {
  readonly server: PostgresServer;

  constructor(
    name: string,
    args: DigitaloceanPostgresArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("slipway:digitalocean:DigitaloceanPostgres", name, {}, opts);
    const { place, protect } = args;
    const child = { parent: this, provider: place.provider };

    const cluster = new digitalocean.DatabaseCluster(
      name,
      {
        engine: "pg",
        version: "18",
        region: place.region,
        size: args.size,
        nodeCount: args.nodes,
        // Minor versions, at the time of the week with the fewest users.
        maintenanceWindows: [{ day: "sunday", hour: "03:00:00" }],
        tags: [...place.tags],
      },
      { ...child, protect },
    );
    const firewall = new digitalocean.DatabaseFirewall(
      `${name}-firewall`,
      { clusterId: cluster.id, rules: [{ type: "droplet", value: place.dropletId }] },
      child,
    );
    const authority = digitalocean.getDatabaseCaOutput({ clusterId: cluster.id }, child);

    this.server = {
      id: cluster.id,
      host: after(cluster.privateHost, firewall),
      port: cluster.port,
      administrator: cluster.user,
      password: pulumi.secret(cluster.password),
      firstDatabase: "defaultdb",
      ca: authority.certificate,
    };
    this.registerOutputs({});
  }
}
