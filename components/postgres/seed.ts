import type { Script } from "../machine/machine.ts";
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
export const WANTS_SEED = `${AS_SUPERUSER}
database=$1
admin() { psql -qXAt -v ON_ERROR_STOP=1 -d postgres -v database="$database" "$@"; }
# One that was killed had the seed in place but for its name.
admin <<'SQL'
SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = :'database' || '_seed')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = :'database') AS loaded,
  :'database' || '_seed' AS seeded \\gset
\\if :loaded
  ALTER DATABASE :"seeded" RENAME TO :"database";
\\endif
SQL
if [ "$(psql -qXAt -d "$database" -c "${COUNT_RELATIONS}")" -eq 0 ]; then echo yes; else echo no; fi`;

/**
 * Runs beside the server: $1 the database, $2 its owner, $3 the format, $4 the size and $5 the checksum of what
 * is on standard input. It is loaded beside the database and then takes its place, so that whatever happens on
 * the way, and whatever is in it, the database is empty until all of it is there.
 */
export const LOAD_SEED = `${LOGIN_OF}
${RESTORE_DUMP}
database=$1 owner=$2 format=$3 bytes=$4 checksum=$5
seeded=\${database}_seed
umask 077
quiet="-c client_min_messages=warning"
export PGOPTIONS="${ADMIN_OPTIONS} $quiet"
file=${VOLUME_PATH}/.seed
trap 'rm -f "$file"' EXIT
fail() {
  dropdb --if-exists --force "$seeded" || :
  echo "The seed (slipway:databaseSeed) could not be loaded, and the database is empty as before: $*" >&2
  exit 1
}
# Where an extension is in the way: the lines to type.
way_out() {
  name=$(printf %s "$1" | sed -nE '/(permission denied to create|must be owner of) extension/s/.*extension "?([^" ]+)"?.*/\\1/p' | head -n 1)
  if [ -n "$name" ]; then
    printf '\\n%s' "The extension $name takes a superuser, who runs nothing of a file with SQL. Of a dump Slipway creates it:" \\
      "pg_dump --format=custom --no-owner --file=seed.dump DATABASE. Or leave it out: add --exclude-extension=$name."
  fi
  name=$(printf %s "$1" | sed -nE 's/.*extension "([^"]+)" is not available.*/\\1/p' | head -n 1)
  if [ -n "$name" ]; then
    printf '\\n%s' "The image of Postgres has no extension $name. Take one that has:" \\
      "pulumi config set --path images.postgres IMAGE. Or leave it out of the dump: pg_dump --exclude-extension=$name."
  fi
}
head -c "$bytes" >"$file" || fail "there is no room for it."
[ "$(sha256sum <"$file" | cut -c 1-64)" = "$checksum" ] || fail "it did not arrive as it is."
login=$(login_of "$database")
[ -n "$login" ] || fail "the database has no login yet."
if [ "$format" = dump ]; then
  said=$(restore_dump "$seeded" "$owner" "$login" "$file" --no-acl 2>&1) || fail "$said$(way_out "$said")"
else
  dropdb --if-exists --force "$seeded"
  createdb --owner "$owner" "$seeded"
  psql -qX -v ON_ERROR_STOP=1 -d postgres -c "REVOKE CONNECT ON DATABASE \\"$seeded\\" FROM PUBLIC"
  said=$(PGOPTIONS=$quiet psql --username "$login" -qX -v ON_ERROR_STOP=1 --single-transaction -o /dev/null \\
    -d "$seeded" -f "$file" 2>&1 >/dev/null) || fail "$said$(way_out "$said")"
fi
dropdb --force "$database"
psql -qX -v ON_ERROR_STOP=1 -d postgres -c "ALTER DATABASE \\"$seeded\\" RENAME TO \\"$database\\""`;
