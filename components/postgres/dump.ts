import type { Script } from "../machine/machine.ts";
import { RESTORE_NAME, RESTORE_SCRIPT } from "./restore.ts";
import { AS_SUPERUSER } from "./session.ts";
import { COUNT_RELATIONS, type PostgresShell, VOLUME_PATH } from "./shell.ts";

export interface DumpArgs {
  readonly databaseName: string;
  /** Name of the version that is about to migrate; the dump's name has it. */
  readonly version: string;
  /** How many dumps stay. */
  readonly keep: number;
}

/** On the database's own volume, which is protected as the database is. */
export const DUMPS_FOLDER = `${VOLUME_PATH}/backups`;

export interface DumpScript extends Pick<Script, "values" | "apply"> {
  readonly functions: string;
  /** After the migration has succeeded: old dumps go then, and at no other time. Never fails. */
  readonly succeeded: string;
}

/**
 * Takes a dump of a database of ours before it is migrated, where the server is, an empty
 * database has none. Fails, and says why, when it can't be taken. The parts are for whatever runs the
 * migration: the dump is a part of that, so that a migration which is tried again is dumped before it again.
 */
export function dumpScript(
  server: PostgresShell,
  { databaseName, version, keep }: DumpArgs,
): DumpScript {
  return {
    values: {
      ...server.values,
      DUMPED_DATABASE: databaseName,
      DUMPED_BEFORE: version,
      DUMPS_KEPT: String(keep),
      DUMP,
      RESTORE_SCRIPT,
      REMOVE_OLD_DUMPS,
    },
    functions: server.functions,
    apply: `beside_server "$DUMP" "$DUMPED_DATABASE" "$DUMPED_BEFORE" "$RESTORE_SCRIPT" </dev/null`,
    succeeded: `beside_server "$REMOVE_OLD_DUMPS" "$DUMPS_KEPT" </dev/null ||
    echo "The migration has succeeded; that could not be noted, so old dumps of the database stay for now." >&2`,
  };
}

/** Lists the names of the dumps, the oldest first. */
const DUMPS = `
folder=${DUMPS_FOLDER}
# The name of the first dump of a series whose migration has not succeeded yet.
unfinished=$folder/.before-unfinished-migrations
dumps() {
  LC_ALL=C ls "$folder" | grep -E '^[0-9]{8}T[0-9]{6}Z-before-.*[.]dump$' | LC_ALL=C sort
}`;

/** Runs beside the server when the migration has succeeded: $1 how many dumps stay. */
const REMOVE_OLD_DUMPS = `${DUMPS}
if [ ! -d "$folder" ]; then exit 0; fi
first=$(cat "$unfinished" 2>/dev/null || :)
# What was there before the failures may be all that has what they dropped: it stays until the next success.
dumps | sort -r | tail -n "+$(($1 + 1))" | while IFS= read -r old; do
  if [ "$old" != "$first" ]; then rm -f "$folder/$old"; fi
done
rm -f "$unfinished"`;

/** Runs beside the server: $1 the database, $2 the version, $3 what restores a dump; that is put beside them. */
const DUMP = `${AS_SUPERUSER}${DUMPS}
database=$1 version=$2 restore=$3
umask 077
fail() {
  echo "The dump of the database that precedes the migration could not be taken, so nothing was migrated: $*" >&2
  exit 1
}
# What the database answers, or why it does not.
ask() {
  psql -qXAt -v ON_ERROR_STOP=1 -d "$database" -c "$1" 2>&1
}
said=$(ask "${COUNT_RELATIONS}") || fail "$said"
if [ "$said" -eq 0 ]; then exit 0; fi
said=$(mkdir -p "$folder" 2>&1 && ls "$folder" 2>&1 >/dev/null) || fail "$said"
said=$( (printf %s "$restore" >"$folder/${RESTORE_NAME}") 2>&1) || fail "$said"
# What a run that was killed has left.
rm -f "$folder"/.unfinished-*
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
# The names count on where a clock has gone back: the newest dump has the last name.
now=$(date -u +%Y%m%d%H%M%S)
last=$(dumps | tail -n 1 | cut -c 1-15 | tr -d T)
if [ "\${last:-0}" -ge "$now" ]; then now=$((last + 1)); fi
name=$(printf %s "$now" | sed -E 's/^.{8}/&T/')Z-before-$version.dump
first=$(cat "$unfinished" 2>/dev/null || :)
if [ -z "$first" ] || [ ! -e "$folder/$first" ]; then
  said=$( (printf %s "$name" >"$unfinished") 2>&1) || fail "$said"
  first=$name
fi
mv "$dump" "$folder/$name"
# Of a series of failures the first dump and the newest stay, so that it fills no disk.
dumps | {
  since=
  while IFS= read -r one; do
    if [ -n "$since" ] && [ "$one" != "$name" ]; then rm -f "$folder/$one"; fi
    if [ "$one" = "$first" ]; then since=$one; fi
  done
}`;
