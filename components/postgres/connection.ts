import type * as pulumi from "@pulumi/pulumi";
import type { PostgresShell } from "./shell.ts";

/** How an app reaches its database. All of it is secret, because the URL holds the password. */
export interface DatabaseConnection {
  readonly host: string;
  readonly port: number;
  /** Name of the database. */
  readonly name: string;
  /** Login role, which acts as the owner of the database. */
  readonly user: string;
  readonly password: string;
  /** `postgresql://user:password@host:port/name?sslmode=...`. */
  readonly url: string;
}

/** Whoever runs it, the app is given the same. */
export interface Database extends pulumi.Resource {
  readonly connection: pulumi.Output<DatabaseConnection>;
  /** How it proves that it is itself; undefined where it is reached without TLS, on a network of its own. */
  readonly tls?: DatabaseTls;
  /**
   * Which data it has, as the name of a volume's container or the id of a claim: on another one a migration is yet
   * to be run. Undefined where somebody else runs it.
   */
  readonly data?: pulumi.Output<string>;
  /** Where the server is; undefined where somebody else runs it. */
  readonly server?: PostgresShell;
}

export interface DatabaseTls {
  /** Certificate of its authority, PEM; undefined where a public one vouches. */
  readonly ca: pulumi.Input<string> | undefined;
}

/** `disable` for a server without TLS, on a network of its own; `verify-full` for any other. */
export type SslMode = "disable" | "verify-full";

/**
 * A URL for any client. Its scheme is the one that all of them know: SQLAlchemy refuses `postgres://`. The mode is
 * always there, because what clients do without one differs: Go's lib/pq insists on TLS, libpq tries without.
 */
export function connectionUrl(
  { host, port, name, user, password }: Omit<DatabaseConnection, "url">,
  sslMode: SslMode,
): string {
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  return `postgresql://${login}@${host}:${port}/${name}?sslmode=${sslMode}`;
}
