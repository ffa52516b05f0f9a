import { shellFile } from "../shell-file.ts";

/**
 * What each session of an administrator asks for as it begins, as `PGOPTIONS`. A database belongs to the app: it may
 * have relations, functions and operators under the names of Postgres' own, and settings with which each session
 * in it begins (`ALTER DATABASE ... SET`). What a client asks for as it connects beats what a database or a role has
 * set: so names are looked up among Postgres' own alone, nobody is made somebody else, and no limit meant for the
 * app's statements ends what the administrator does.
 */
export const ADMIN_OPTIONS = [
  "search_path=pg_catalog,pg_temp",
  "role=none",
  "default_transaction_read_only=off",
  "statement_timeout=0",
  "lock_timeout=0",
  "transaction_timeout=0",
]
  .map((setting) => `-c ${setting}`)
  .join(" ");

/** The first line of a script beside a server of ours: what it runs is the superuser's, and begins so. */
export const AS_SUPERUSER = `export PGOPTIONS="${ADMIN_OPTIONS}"`;

/**
 * The shell function `login_of DATABASE`, beside a server of ours: prints the newest login that acts as the owner of
 * this database. SQL that comes from an app is run by that, and never by the superuser in the role of the owner: a
 * function in it could go back from that role (`SET ROLE NONE`), to what its session logged in as.
 */
export const LOGIN_OF = shellFile(import.meta.dirname, "login-of.sh", { ADMIN_OPTIONS });
