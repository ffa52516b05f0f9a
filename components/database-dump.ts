import type { Script } from "./machine/machine.ts";
import { AS_SUPERUSER } from "./postgres-session.ts";
import { COUNT_RELATIONS, type PostgresShell, VOLUME_PATH } from "./postgres-shell.ts";

export interface DumpArgs {
  readonly databaseName: string;
  /** Name of the version that is about to migrate; the dump's name has it. */
  readonly version: string;
  /** How many dumps stay. */
  readonly keep: number;
}

/** On the database's own volume, which is protected as the database is. */
export const DUMPS_FOLDER = `${VOLUME_PATH}/backups`;

/**
 * Takes a dump of a database of ours before it is migrated, where the server is, and removes old ones. An empty
 * database has none. Fails, and says why, when it can't be taken. The parts are for whatever runs the
 * migration: the dump is a part of that, so that a migration which is tried again is dumped before it again.
 */
export function dumpScript(
  server: PostgresShell,
  { databaseName, version, keep }: DumpArgs,
): Pick<Script, "values" | "apply"> & { readonly functions: string } {
  return {
    values: {
      ...server.values,
      DUMPED_DATABASE: databaseName,
      DUMPED_BEFORE: version,
      DUMPS_KEPT: String(keep),
      DUMP,
    },
    functions: server.functions,
    apply: `beside_server "$DUMP" "$DUMPED_DATABASE" "$DUMPED_BEFORE" "$DUMPS_KEPT" </dev/null`,
  };
}

/** Runs beside the server: $1 the database, $2 the version, $3 how many dumps stay. */
const DUMP = `${AS_SUPERUSER}
database=$1 version=$2 keep=$3
folder=${DUMPS_FOLDER}
umask 077
fail() {
  echo "The dump of the database that precedes the migration could not be taken, so nothing was migrated: $*" >&2
  exit 1
}
# What the database answers, or why it does not.
ask() {
  psql -qXAt -v ON_ERROR_STOP=1 -d "$database" -c "$1" 2>&1
}
# Their names begin with the time.
remove_old() {
  ls "$folder" | grep '^[0-9TZ]*-before-.*[.]dump$' | sort -r | tail -n "+$((keep + 1))" |
    while IFS= read -r old; do rm -f "$folder/$old"; done
}
said=$(ask "${COUNT_RELATIONS}") || fail "$said"
if [ "$said" -eq 0 ]; then exit 0; fi
said=$(mkdir -p "$folder" 2>&1 && ls "$folder" 2>&1 >/dev/null) || fail "$said"
# What a run that was killed has left.
rm -f "$folder"/.unfinished-*
remove_old
# What is dumped is seldom larger than the tables without their indexes; and the server needs some room, too.
needed=$(ask "SELECT pg_catalog.sum(pg_catalog.pg_table_size(oid))::pg_catalog.int8 / 1048576 + 64
  FROM pg_catalog.pg_class WHERE relkind IN ('r', 'm')") ||
  fail "$needed"
free=$(df -Pk "$folder" | {
  read -r _
  read -r _ _ _ free _
  echo "$((free / 1024))"
})
if [ "$free" -lt "$needed" ]; then
  fail "it may need $needed MiB, and $free are free where the database is. Make room there, or do without:" \\
    "pulumi config set backupKeep 0."
fi
dump=$folder/.unfinished-$$
said=$(pg_dump --format=custom --lock-wait-timeout=60s --file="$dump" "$database" 2>&1) || {
  rm -f "$dump"
  fail "$said"
}
mv "$dump" "$folder/$(date -u +%Y%m%dT%H%M%SZ)-before-$version.dump"
remove_old`;
