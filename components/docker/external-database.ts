import * as pulumi from "@pulumi/pulumi";
import type { Owner } from "../labels.ts";
import type { Machine, Script } from "../machine/machine.ts";
import type { Database, DatabaseConnection, DatabaseTls } from "../postgres/connection.ts";
import { type ExternalPostgres, externalConnection } from "../postgres/external.ts";
import { postgresClient } from "./postgres-client.ts";

export interface ExternalDatabaseArgs extends ExternalPostgres {
  readonly machine: Machine;
  readonly owner: Owner;
  readonly network: pulumi.Input<string>;
}

/**
 * A Postgres that somebody else runs, reached with TLS that is verified, certificate and host name both.
 * Makes nothing in it and deletes nothing: data, backups and roles are its owner's. A new password works
 * once it was set there; where both the old and the new one work at that moment, there is no gap.
 */
export class ExternalDatabase extends pulumi.ComponentResource implements Database {
  readonly connection: pulumi.Output<DatabaseConnection>;
  readonly tls: DatabaseTls;

  constructor(name: string, args: ExternalDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:ExternalDatabase", name, {}, opts);
    const answers = args.machine.run(`${name}-answers`, answersScript(args), { parent: this });
    this.tls = { ca: args.ca };
    this.connection = externalConnection(args, answers);
    this.registerOutputs({ connection: this.connection, psqlImage: args.image });
  }
}

function answersScript(args: ExternalDatabaseArgs): Script {
  return {
    values: {
      NETWORK: args.network,
      IMAGE: args.image,
      CA: args.ca ?? "",
      PGHOST: args.host,
      PGPORT: String(args.port),
      PGDATABASE: args.databaseName,
      PGUSER: args.user,
      PGPASSWORD: args.password,
      PGSSLMODE: "verify-full",
    },
    functions: postgresClient(args.owner),
    apply: `
  if [ -z "$CA" ]; then
    for file in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt; do
      if [ -z "$CA" ] && [ -r "$file" ]; then CA=$(cat "$file"); fi
    done
  fi
  if ! echo "SELECT 1;" | client >/dev/null; then
    echo "The database $PGDATABASE at $PGHOST:$PGPORT did not let $PGUSER in over verified TLS; the reason is" \\
      "above (slipway:databaseHost, databasePort, databaseName, databaseUser, databasePassword, databaseCa)." >&2
    exit 1
  fi`,
  };
}
