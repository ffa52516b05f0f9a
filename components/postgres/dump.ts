import type { Script } from "../machine/machine.ts";
import { shellFile } from "../shell-file.ts";
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
const DUMPS = shellFile(import.meta.dirname, "dumps.sh", {
  DUMPS_FOLDER,
  // The name of the first dump of a series whose migration has not succeeded yet.
  UNFINISHED: `${DUMPS_FOLDER}/.before-unfinished-migrations`,
});

/** Runs beside the server when the migration has succeeded: $1 how many dumps stay. */
const REMOVE_OLD_DUMPS = `${DUMPS}${shellFile(import.meta.dirname, "remove-old-dumps.sh")}`;

/** Runs beside the server: $1 the database, $2 the version, $3 what restores a dump; that is put beside them. */
const DUMP = `${AS_SUPERUSER}${DUMPS}${shellFile(import.meta.dirname, "dump.sh", { COUNT_RELATIONS, RESTORE_NAME })}`;
