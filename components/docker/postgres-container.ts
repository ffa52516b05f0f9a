import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { connectionUrl, type Database, type DatabaseConnection } from "../database-connection.ts";
import { labelList, labels, type Owner } from "../labels.ts";
import type { Machine, Script } from "../machine/machine.ts";
import { boundedLogs } from "./logs.ts";

export interface PostgresContainerArgs {
  readonly machine: Machine;
  readonly owner: Owner;
  /** Name of the network that the app is on. */
  readonly network: pulumi.Input<string>;
  /** Image of Postgres 18; a change replaces the container, on the same volume. */
  readonly image: string;
  /** Name of the database. A change makes another one; the one before stays on the volume. */
  readonly databaseName: string;
  /** Role that owns the database and all in it. */
  readonly ownerRole: string;
  /** Password of the login role. A change makes a new login role and touches nothing else. */
  readonly password: pulumi.Input<string>;
  /** Whether the volume survives a destroy. */
  readonly protect: boolean;
}

const HOST = "database";
const PORT = 5432;

/**
 * Postgres in a container, its data on a named volume.
 *
 * The superuser has no password and is let in only over the socket inside the container. The database
 * belongs to a role that can't log in; the app logs in as a role of its own for each password, which
 * acts as the owner from its first statement. So a new password is a new role: the old one works until
 * what used it is gone, and is dropped last.
 *
 * The volume survives the deletion of everything else here, and, with `protect`, a destroy. On a machine
 * that has a disk for data, the data is there, and that disk is what is protected.
 */
export class PostgresContainer extends pulumi.ComponentResource implements Database {
  /** How the app reaches the database, as the login role of the present password. */
  readonly connection: pulumi.Output<DatabaseConnection>;

  constructor(name: string, args: PostgresContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:components:PostgresContainer", name, {}, opts);
    const child = { parent: this };
    const mine = labelList(labels(args.owner, "database"));

    const data = this.#data(name, args);

    const container = new docker.Container(
      name,
      {
        image: args.image,
        labels: mine,
        command: ["postgres", "-c", `hba_file=${HBA_PATH}`],
        // "trust" only lets the image start without a superuser password: HBA decides who gets in.
        envs: ["POSTGRES_HOST_AUTH_METHOD=trust"],
        uploads: [{ file: HBA_PATH, content: HBA }],
        // Postgres 18 images keep the data in a folder of the version below this one.
        volumes: [{ ...data, containerPath: "/var/lib/postgresql" }],
        networksAdvanced: [{ name: args.network, aliases: [HOST] }],
        restart: "unless-stopped",
        destroyGraceSeconds: 60,
        ...boundedLogs,
      },
      child,
    );

    const login = args.machine.run(`${name}-login`, loginScript(container.name, args), child);

    this.connection = pulumi.secret(
      pulumi.all([login.stdout, args.password]).apply(([user, password]) => {
        const parts = { host: HOST, port: PORT, name: args.databaseName, user, password };
        return { ...parts, url: connectionUrl(parts) };
      }),
    );
    this.registerOutputs({ connection: this.connection });
  }

  /** Where the data is: on the machine's own disk for data, or on a volume of the engine. */
  #data(name: string, { machine, owner, protect }: PostgresContainerArgs) {
    if (machine.dataFolder !== undefined) return { hostPath: `${machine.dataFolder}/${name}` };
    const volume = new docker.Volume(
      `${name}-data`,
      {
        // A fixed name: people look for their data by name, and it is found again if the state is lost.
        name: `${owner.project}-${owner.stack}-${name}`,
        labels: labelList(labels(owner, "database")),
      },
      { parent: this, protect },
    );
    return { volumeName: volume.name };
  }
}

const HBA_PATH = "/etc/slipway/pg_hba.conf";

const HBA = `# Written by Slipway. The superuser comes in over the socket only.
local all postgres              peer
host  all postgres all          reject
host  all all      all          scram-sha-256
`;

/**
 * Login roles are OWNER_1, OWNER_2, ...: the number says nothing of the password. Each new step makes
 * the next one, so that the step it replaces can drop its own at the end, and what failed before it.
 */
export function loginScript(
  container: pulumi.Input<string>,
  args: Pick<PostgresContainerArgs, "databaseName" | "ownerRole" | "password">,
): Script {
  return {
    values: {
      CONTAINER: container,
      DATABASE: args.databaseName,
      OWNER: args.ownerRole,
      PASSWORD: args.password,
    },
    replaceOn: [args.password],
    functions: LOGIN_FUNCTIONS,
    apply: `
  wait_until_ready
  make_database
  newest=$(newest_login)
  login="\${OWNER}_$((newest + 1))"
  tell "CREATE ROLE $login LOGIN IN ROLE $OWNER"
  tell "ALTER ROLE $login SET role = '$OWNER'"
  set_password "$login"
  echo "$login"`,
    update: `
  wait_until_ready
  make_database
  login="\${OWNER}_$(newest_login)"
  set_password "$login"
  echo "$login"`,
    remove: `
  running=$(docker inspect --format '{{.State.Running}}' "$CONTAINER" 2>/dev/null || :)
  if [ "$running" != true ]; then
    echo "Postgres is not running: its login roles stay on the volume." >&2
    return
  fi
  for login in $(logins_up_to "\${PULUMI_COMMAND_STDOUT##*_}"); do
    drop_login "$login"
  done`,
  };
}

const LOGIN_FUNCTIONS = `
ask() {
  docker exec --user postgres "$CONTAINER" psql -qXAt -v ON_ERROR_STOP=1 -c "$1"
}
tell() {
  ask "$1" >/dev/null
}
wait_until_ready() {
  # Over TCP, because while the image initialises the folder its server answers on the socket only.
  tries=600
  until docker exec "$CONTAINER" pg_isready --quiet --host 127.0.0.1 2>/dev/null; do
    tries=$((tries - 1))
    running=$(docker inspect --format '{{.State.Running}}' "$CONTAINER")
    if [ "$tries" -eq 0 ] || [ "$running" != true ]; then
      echo "Postgres does not get ready. The last lines of its log:" >&2
      docker logs --tail 30 "$CONTAINER" >&2
      exit 1
    fi
    sleep 0.2
  done
}
make_database() {
  if [ -z "$(ask "SELECT 1 FROM pg_roles WHERE rolname = '$OWNER'")" ]; then
    tell "CREATE ROLE $OWNER NOLOGIN"
  fi
  if [ -z "$(ask "SELECT 1 FROM pg_database WHERE datname = '$DATABASE'")" ]; then
    tell "CREATE DATABASE $DATABASE OWNER $OWNER"
  fi
  owner=$(ask "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '$DATABASE'")
  if [ "$owner" != "$OWNER" ]; then
    echo "The database $DATABASE belongs to $owner, and all that is in it: slipway:databaseUser can't" \\
      "become $OWNER any more. Set it to $owner again." >&2
    exit 1
  fi
  tell "REVOKE CONNECT ON DATABASE $DATABASE FROM PUBLIC"
}
# Those that can't log in as well: dropping one may have been interrupted.
newest_login() {
  ask "SELECT coalesce(max(substring(rolname from '[0-9]+$')::int), 0) FROM pg_roles
       WHERE rolname ~ '^\${OWNER}_[0-9]+$'"
}
logins_up_to() {
  ask "SELECT rolname FROM pg_roles WHERE rolname ~ '^\${OWNER}_[0-9]+$'
       AND substring(rolname from '[0-9]+$')::int <= $1"
}
# On standard input and kept out of the server's log: neither may show the password.
set_password() {
  docker exec --interactive --user postgres "$CONTAINER" psql -qX -v ON_ERROR_STOP=1 >&2 <<SQL
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
ALTER ROLE $1 PASSWORD '$(printf %s "$PASSWORD" | sed "s/'/''/g")';
SQL
}
drop_login() {
  tell "ALTER ROLE $1 NOLOGIN"
  tell "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '$1'"
  docker exec --user postgres "$CONTAINER" psql -qX -d "$DATABASE" -v ON_ERROR_STOP=1 \\
    -c "REASSIGN OWNED BY $1 TO $OWNER" -c "DROP OWNED BY $1" >&2
  tell "DROP ROLE $1"
}`;
