import type { Script } from "../machine/machine.ts";
import { shellFile } from "../shell-file.ts";
import { RESTORE_DUMP } from "./restore.ts";
import { ADMIN_OPTIONS, AS_SUPERUSER, LOGIN_OF } from "./session.ts";
import { COUNT_RELATIONS, type PostgresShell, VOLUME_PATH } from "./shell.ts";

/** What a database begins with: a file that is where Pulumi runs. */
export interface DatabaseSeed {
  readonly file: string;
  /** SQL, or what `pg_dump -Fc` wrote. */
  readonly format: "sql" | "dump";
  readonly bytes: number;
  /** SHA-256 of what is in it, which alone of that gets into the state. */
  readonly checksum: string;
}

export interface SeedArgs {
  readonly seed: DatabaseSeed;
  readonly databaseName: string;
  /** Role that owns the database and all in it. */
  readonly ownerRole: string;
}

/** Arguments of the two scripts below. */
export const seedArguments = ({ seed, databaseName, ownerRole }: SeedArgs): string[] => [
  ...[databaseName, ownerRole, seed.format, String(seed.bytes), seed.checksum],
];

/** A step of a machine, where Pulumi runs: loads the seed into a database of ours that has nothing in it. */
export function seedScript(server: PostgresShell, args: SeedArgs): Script {
  const [database = "", owner = "", format = "", bytes = "", checksum = ""] = seedArguments(args);
  return {
    values: {
      ...server.values,
      ...{ SEED: args.seed.file, DATABASE: database, OWNER: owner, FORMAT: format },
      ...{ BYTES: bytes, CHECKSUM: checksum, WANTS_SEED, LOAD_SEED },
    },
    functions: `
docker() { on_host command docker "$@"; }
${server.functions.trim()}`,
    apply: `
  wants=$(beside_server "$WANTS_SEED" "$DATABASE" </dev/null)
  if [ "$wants" = yes ]; then
    beside_server "$LOAD_SEED" "$DATABASE" "$OWNER" "$FORMAT" "$BYTES" "$CHECKSUM" <"$SEED"
  fi`,
  };
}

/** Runs beside the server and prints whether the database $1 is to be seeded: yes or no. */
export const WANTS_SEED = `${AS_SUPERUSER}${shellFile(import.meta.dirname, "wants-seed.sh", { COUNT_RELATIONS })}`;

/**
 * Runs beside the server: $1 the database, $2 its owner, $3 the format, $4 the size and $5 the checksum of what
 * is on standard input. It is loaded beside the database and then takes its place, so that whatever happens on
 * the way, and whatever is in it, the database is empty until all of it is there.
 */
export const LOAD_SEED = `${LOGIN_OF}${RESTORE_DUMP}${shellFile(import.meta.dirname, "load-seed.sh", { ADMIN_OPTIONS, VOLUME_PATH })}`;
