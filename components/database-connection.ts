import type * as pulumi from "@pulumi/pulumi";
import type { PostgresShell } from "./postgres-shell.ts";

/** How an app reaches its database. All of it is secret, because the URL holds the password. */
export interface DatabaseConnection {
  readonly host: string;
  readonly port: number;
  /** Name of the database. */
  readonly name: string;
  /** Login role, which acts as the owner of the database. */
  readonly user: string;
  readonly password: string;
  /** `postgres://user:password@host:port/name`. */
  readonly url: string;
}

/** Whoever runs it, the app is given the same. */
export interface Database extends pulumi.Resource {
  readonly connection: pulumi.Output<DatabaseConnection>;
  /** How it proves that it is itself; undefined where it is reached without TLS, on a network of its own. */
  readonly tls?: DatabaseTls;
  /** Where the server is; undefined where somebody else runs it. */
  readonly server?: PostgresShell;
}

export interface DatabaseTls {
  /** Certificate of its authority, PEM; undefined where a public one vouches. */
  readonly ca: pulumi.Input<string> | undefined;
}

/** A URL for any client. */
export function connectionUrl(
  { host, port, name, user, password }: Omit<DatabaseConnection, "url">,
  query = "",
): string {
  return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${name}${query}`;
}
