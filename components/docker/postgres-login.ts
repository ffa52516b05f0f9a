import * as pulumi from "@pulumi/pulumi";
import type { Owner } from "../labels.ts";
import type { Machine } from "../machine/machine.ts";
import type { Database, DatabaseConnection, DatabaseTls, SslMode } from "../postgres/connection.ts";
import { loginConnection, loginScript, type PostgresAdmin } from "../postgres/login-script.ts";
import type { PostgresServer } from "../postgres/server.ts";
import { ADMIN_OPTIONS } from "../postgres/session.ts";
import { postgresClient } from "./postgres-client.ts";

export interface PostgresLoginArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  /** Name of the network that the app is on. */
  readonly network: pulumi.Input<string>;
  /** Image with psql of Postgres 18. */
  readonly image: string;
  readonly server: PostgresServer;
  /** Name of the database. A change makes another one; the one before stays. */
  readonly databaseName: string;
  /** Role that owns the database and all in it. */
  readonly ownerRole: string;
  /** Password of the login role. A change makes a new login role and touches nothing else. */
  readonly password: pulumi.Input<string>;
  /** How long the server may take to let its administrator in. */
  readonly readySeconds: number;
}

/**
 * The app's database on a server that somebody else runs, and its login: for each password a role of its own,
 * which acts as the owner from its first statement, as in a container of ours. The server's administrator is
 * used for that alone.
 *
 * Deleting it drops the login, and neither the database nor its owner.
 */
export class PostgresLogin extends pulumi.ComponentResource implements Database {
  /** How the app reaches the database, as the login role of the present password. */
  readonly connection: pulumi.Output<DatabaseConnection>;
  readonly tls?: DatabaseTls;
  readonly data: pulumi.Output<string>;

  constructor(name: string, args: PostgresLoginArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:PostgresLogin", name, {}, opts);
    const { server } = args;
    const script = loginScript(serverAdmin(args), args);
    const login = args.machine.run(name, script, { parent: this });
    this.connection = loginConnection(login, server, args, sslMode(server));
    this.data = pulumi.output(server.id);
    if (server.ca !== undefined) this.tls = { ca: server.ca };
    this.registerOutputs({ connection: this.connection, psqlImage: args.image });
  }
}

const sslMode = ({ ca }: PostgresServer): SslMode => (ca === undefined ? "disable" : "verify-full");

function serverAdmin({
  owner,
  network,
  image,
  server,
  readySeconds,
}: PostgresLoginArgs): PostgresAdmin {
  return {
    data: server.id,
    values: {
      NETWORK: network,
      IMAGE: image,
      CA: server.ca ?? "",
      PGHOST: server.host,
      PGPORT: pulumi.output(server.port).apply(String),
      PGDATABASE: server.firstDatabase,
      PGUSER: server.administrator,
      PGPASSWORD: server.password,
      PGSSLMODE: sslMode(server),
      SECONDS_ALLOWED: String(readySeconds),
    },
    functions: `${postgresClient(owner, ADMIN_OPTIONS)}
as_admin() {
  client "$@"
}
wait_until_ready() {
  deadline=$(($(date +%s) + SECONDS_ALLOWED))
  until said=$(echo "SELECT 1;" | client 2>&1); do
    if [ "$(date +%s)" -ge "$deadline" ]; then
      echo "The database server at $PGHOST:$PGPORT did not let its administrator $PGUSER in within" \\
        "$SECONDS_ALLOWED seconds (slipway:readySeconds). The last try: $said" >&2
      exit 1
    fi
    sleep 2
  done
}
can_drop_logins() {
  :
}`,
  };
}
