import * as pulumi from "@pulumi/pulumi";
import { after } from "../after.ts";
import { connectionUrl, type DatabaseConnection } from "./connection.ts";

/** A Postgres that somebody else runs. */
export interface ExternalPostgres {
  /** Image with psql, to ask whether the database answers. */
  readonly image: string;
  readonly host: string;
  readonly port: number;
  readonly databaseName: string;
  /** Role that logs in, and owns what migrations make. */
  readonly user: string;
  readonly password: pulumi.Input<string>;
  /** Certificate of its authority, PEM; undefined trusts the public ones. */
  readonly ca: string | undefined;
}

/** @param answered the resource that is there once the database has answered. */
export function externalConnection(
  { host, port, databaseName, user, password }: ExternalPostgres,
  answered: pulumi.Resource,
): pulumi.Output<DatabaseConnection> {
  const connection = after(password, answered).apply((known) => {
    const parts = { host, port, name: databaseName, user, password: known };
    return { ...parts, url: connectionUrl(parts, "verify-full") };
  });
  return pulumi.secret(connection);
}
