import { shellFile } from "../shell-file.ts";
import { ADMIN_OPTIONS, AS_SUPERUSER, LOGIN_OF } from "./session.ts";

/**
 * The shell function `restore_dump NEW OWNER LOGIN DUMP OPTION...`, beside a server of ours: makes the database NEW
 * of what `pg_dump -Fc` wrote, and fails with what Postgres said.
 *
 * What is in a dump is the app's, and its login restores it. That may not create each extension: one that is not
 * trusted takes a superuser. Such a one of the dump is created before, in a database that is the superuser's and that
 * nobody else may enter, so that nothing of the app's is there for the extension's script to find. Of the dump itself
 * nothing is run then: names are read from it, and what is not among the server's own extensions is none. Only then
 * the database is given to its owner, and the login restores the rest. What takes the owner of an extension is left
 * out: comments on it, and rights on what it has made; and what users of an extension have added to its tables is let in for that moment.
 */
export const RESTORE_DUMP = shellFile(import.meta.dirname, "restore-dump.sh", { ADMIN_OPTIONS });

/** Where a dump is on the volume, this is too: goes back to it, for whoever has to. */
export const RESTORE_NAME = ".restore.sh";

/**
 * A script for the shell of the server's container: makes the database what it was at a dump, for the same owner and
 * login. Until all of the dump is there, in a database beside it, nothing of the database is touched; then both
 * change their names at once.
 */
export const RESTORE_SCRIPT = `# Written by Slipway: makes DATABASE what it was at a dump, and keeps what it is as DATABASE_before.
# Usage: sh ${RESTORE_NAME} DATABASE DUMP
set -eu
${AS_SUPERUSER}${LOGIN_OF}${RESTORE_DUMP}${shellFile(import.meta.dirname, "restore.sh")}
`;
