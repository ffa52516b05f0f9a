import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword, Provider as RandomProvider } from "@pulumi/random";
import { after } from "../after.ts";
import type { GooglePlace } from "../machine/cloud-place.ts";
import type { PostgresServerArgs } from "../postgres/server.ts";

export interface CloudSqlPostgresArgs extends PostgresServerArgs {
  readonly place: GooglePlace;
}

/**
 * Postgres of Google's Cloud SQL, with an address in the private network alone. It lets in nothing but Cloud
 * SQL's connectors, whose calls Google authorises by service account; that of the place may connect.
 *
 * It is backed up each night, and can go back to any moment of the last seven days. An instance takes its
 * backups with it, so the instance is what is protected, by Pulumi and by Google.
 *
 * The project needs the services sqladmin.googleapis.com and servicenetworking.googleapis.com.
 *
 * @see https://cloud.google.com/sql/docs/postgres
 */
export class CloudSqlPostgres extends pulumi.ComponentResource {
  /** In the private network. */
  readonly address: pulumi.Output<string>;
  /** `PROJECT:REGION:NAME`, by which connectors know it. */
  readonly connectionName: pulumi.Output<string>;
  /** Of the role `postgres`, which may make roles and databases, and is no superuser. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: CloudSqlPostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:google:CloudSqlPostgres", name, {}, opts);
    const { place, protect } = args;
    const child = { parent: this, provider: place.provider };

    const range = new gcp.compute.GlobalAddress(
      `${name}-range`,
      {
        purpose: "VPC_PEERING",
        addressType: "INTERNAL",
        prefixLength: 20,
        network: place.network,
        labels: place.labels,
      },
      child,
    );
    const peering = new gcp.servicenetworking.Connection(
      `${name}-peering`,
      {
        network: place.network,
        service: "servicenetworking.googleapis.com",
        reservedPeeringRanges: [range.name],
        // Google refuses to end it for days after the last instance is gone; it goes with the network.
        deletionPolicy: "ABANDON",
      },
      child,
    );
    const member = new gcp.projects.IAMMember(
      `${name}-client`,
      {
        project: place.project,
        role: "roles/cloudsql.client",
        member: pulumi.interpolate`serviceAccount:${place.serviceAccount}`,
      },
      child,
    );

    const chance = new RandomProvider(`${name}-random`, {}, { parent: this });
    const password = new RandomPassword(
      `${name}-password`,
      { length: 32, special: false },
      { parent: this, provider: chance },
    );
    const instance = new gcp.sql.DatabaseInstance(
      name,
      {
        databaseVersion: "POSTGRES_18",
        region: place.region,
        rootPassword: password.result,
        deletionProtection: protect,
        settings: {
          edition: "ENTERPRISE",
          tier: args.size,
          availabilityType: args.nodes === 2 ? "REGIONAL" : "ZONAL",
          deletionProtectionEnabled: protect,
          diskAutoresize: true,
          connectorEnforcement: "REQUIRED",
          ipConfiguration: {
            ipv4Enabled: false,
            privateNetwork: place.network,
            sslMode: "ENCRYPTED_ONLY",
          },
          backupConfiguration: {
            enabled: true,
            startTime: "02:00",
            pointInTimeRecoveryEnabled: true,
            transactionLogRetentionDays: 7,
            backupRetentionSettings: { retainedBackups: 7 },
          },
          // Minor versions, at the time of the week with the fewest users.
          maintenanceWindow: { day: 7, hour: 3, updateTrack: "stable" },
          userLabels: place.labels,
        },
      },
      { ...child, protect, dependsOn: [peering] },
    );

    this.address = instance.privateIpAddress;
    this.connectionName = after(instance.connectionName, member);
    this.password = pulumi.secret(password.result);
    this.registerOutputs({});
  }
}
