import type { Script } from "../machine/machine.ts";

/** How a script reaches a shell beside a server of ours, as the user that is its superuser. */
export interface PostgresShell {
  /** What the function below reads. */
  readonly values: Script["values"];
  /**
   * The shell function `beside_server SCRIPT ARGUMENT...`: runs a script where the server's socket and its
   * volume are, with the standard input of whoever calls it.
   */
  readonly functions: string;
}

/** Where the volume of a server of ours is, in its container. */
export const VOLUME_PATH = "/var/lib/postgresql";

/** How many relations somebody has made in a database: one of ours that nobody has used has none. */
export const COUNT_RELATIONS =
  "SELECT pg_catalog.count(*) FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace " +
  "WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'";

/** Where the script is in the server's own container already. */
export const BESIDE_SERVER: PostgresShell = {
  values: {},
  functions: `
beside_server() {
  script=$1
  shift
  sh -euc "$script" sh "$@"
}`,
};
