import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { labelList, labels, type Owner } from "../labels.ts";
import type { Machine } from "../machine/machine.ts";
import { CONF_VARIABLE, type PostgresSize, postgresConf } from "../postgres/conf.ts";
import type { Database, DatabaseConnection } from "../postgres/connection.ts";
import { HBA, HBA_PATH } from "../postgres/hba.ts";
import { loginConnection, loginScript, type PostgresAdmin } from "../postgres/login-script.ts";
import { type DatabaseSeed, seedScript } from "../postgres/seed.ts";
import { ADMIN_OPTIONS } from "../postgres/session.ts";
import { type PostgresShell, VOLUME_PATH } from "../postgres/shell.ts";
import { startAfter } from "../postgres/start.ts";
import { confined, ourLimits, postgresConfinement, processLimit } from "./confinement.ts";
import { boundedLogs } from "./logs.ts";
import { madeAnew } from "./made-anew.ts";

export interface PostgresArgs {
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
  /** What it may use. Another size replaces the container, on the same volume. */
  readonly size: PostgresSize;
  /** Whether the volume survives a destroy. */
  readonly protect: boolean;
  /** What is loaded into the database when it has nothing in it; undefined begins with nothing. */
  readonly seed: DatabaseSeed | undefined;
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
export class Postgres extends pulumi.ComponentResource implements Database {
  /** How the app reaches the database, as the login role of the present password. */
  readonly connection: pulumi.Output<DatabaseConnection>;
  /** The container's name, for a volume has always the same: one that is new has a new container. */
  readonly data: pulumi.Output<string>;
  readonly server: PostgresShell;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:docker:Postgres", name, {}, opts);
    const child = { parent: this };
    const mine = labelList(labels(args.owner, "database"));
    const confinement = postgresConfinement(args.size);

    const data = this.#data(name, args);

    const container = new docker.Container(
      name,
      {
        image: args.image,
        labels: mine,
        entrypoints: startAfter(WRITE_HBA),
        command: ["postgres", "-c", `hba_file=${HBA_PATH}`],
        // "trust" only lets the image start without a superuser password: HBA decides who gets in.
        envs: [
          "POSTGRES_HOST_AUTH_METHOD=trust",
          `SLIPWAY_HBA=${HBA}`,
          `${CONF_VARIABLE}=${postgresConf(args.size)}`,
        ],
        // Postgres 18 images keep the data in a folder of the version below this one.
        volumes: [{ ...data, containerPath: VOLUME_PATH }],
        networksAdvanced: [{ name: args.network, aliases: [HOST] }],
        restart: "unless-stopped",
        destroyGraceSeconds: 60,
        ...confined(confinement),
        ...boundedLogs,
      },
      { ...child, ...madeAnew, ...ourLimits },
    );

    processLimit(name, { machine: args.machine, container: container.name, confinement }, child);
    const script = loginScript(containerAdmin(container.name), args);
    const login = args.machine.run(`${name}-login`, script, child);

    this.data = container.name;
    this.server = shellIn(container.name, args.machine);
    if (args.seed !== undefined) {
      const seed = seedScript(this.server, { ...args, seed: args.seed });
      args.machine.runLocal(`${name}-seed`, seed, { ...child, dependsOn: [login] });
    }
    this.connection = loginConnection(login, { host: HOST, port: PORT }, args);
    this.registerOutputs({ connection: this.connection });
  }

  /** Where the data is: on the machine's own disk for data, or on a volume of the engine. */
  #data(name: string, { machine, owner, protect }: PostgresArgs) {
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

/** Each time that it starts: the folder is in memory, because nothing can be uploaded to a read-only root. */
const WRITE_HBA = `
printf %s "$SLIPWAY_HBA" >${HBA_PATH}
unset SLIPWAY_HBA`;

function shellIn(container: pulumi.Input<string>, machine: Machine): PostgresShell {
  return {
    values: { SERVER_CONTAINER: container },
    functions: `
beside_server() {${machine.dataFolder === undefined ? "" : OWN_THE_FOLDER}
  script=$1
  shift
  docker exec --interactive --user postgres "$SERVER_CONTAINER" sh -euc "$script" sh "$@"
}`,
  };
}

/** A folder of the machine belongs to root, where a volume is the server's as the image has made it. */
const OWN_THE_FOLDER = `
  docker exec --user root "$SERVER_CONTAINER" chown postgres:postgres ${VOLUME_PATH}`;

/** The superuser, over the socket inside the container. */
function containerAdmin(container: pulumi.Input<string>): PostgresAdmin {
  return {
    values: { CONTAINER: container },
    functions: `
as_admin() {
  docker exec --interactive --user postgres --env "PGOPTIONS=${ADMIN_OPTIONS}" "$CONTAINER" psql -qXAt -v ON_ERROR_STOP=1 "$@"
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
can_drop_logins() {
  running=$(docker inspect --format '{{.State.Running}}' "$CONTAINER" 2>/dev/null || :)
  if [ "$running" = true ]; then return; fi
  echo "Postgres is not running: its login roles stay on the volume." >&2
  return 1
}`,
  };
}
