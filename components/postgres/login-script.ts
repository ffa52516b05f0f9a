import * as pulumi from "@pulumi/pulumi";
import type { Script, Step } from "../machine/machine.ts";
import { connectionUrl, type DatabaseConnection, type SslMode } from "./connection.ts";

/** How the steps of a login speak to a server as its administrator. */
export interface PostgresAdmin {
  /** What the functions below read. */
  readonly values: Script["values"];
  /** Which data the server has, where nothing of the values says so: without the login, on another one. */
  readonly data?: pulumi.Input<string>;
  /**
   * Shell functions: `as_admin ARGUMENT...` runs psql with the SQL of its standard input, begins with
   * ADMIN_OPTIONS and stops at the first error, `wait_until_ready` returns when that works, and
   * `can_drop_logins` fails, and says why, where there is no server any more that a login could be dropped from.
   */
  readonly functions: string;
}

export interface LoginArgs {
  readonly databaseName: string;
  /** Role that owns the database and all in it. */
  readonly ownerRole: string;
  readonly password: pulumi.Input<string>;
}

/**
 * Makes the database, its owner, and a login role for each password. These are OWNER_1, OWNER_2, ...: the
 * number says nothing of the password. Each new step makes the next one, so that the step it replaces can
 * drop its own at the end, and what failed before it. Prints the name of the login.
 *
 * A server that took the place of one that is lost has none of this: there an update makes the first login, and
 * what the step had made on the one before is not dropped, whatever its name. So a login has a comment, which
 * data it was made in.
 *
 * The administrator may be a superuser, or a role that may make roles and databases: to act for the roles
 * that it makes, such a one has to be their member.
 */
export function loginScript(admin: PostgresAdmin, args: LoginArgs): Script {
  return {
    values: {
      ...admin.values,
      DATABASE: args.databaseName,
      OWNER: args.ownerRole,
      PASSWORD: args.password,
      DATA: admin.data ?? "",
    },
    replaceOn: [args.password],
    functions: `${admin.functions.trim()}\n${LOGIN_FUNCTIONS.trim()}`,
    apply: `
  wait_until_ready
  make_database
  set_login 1`,
    update: `
  wait_until_ready
  make_database
  set_login 0`,
    remove: `
  if can_drop_logins; then drop_logins_up_to "\${PRINTED##*_}"; fi`,
  };
}

/** How the app gets in with what the step of a login has made. */
export function loginConnection(
  step: Step,
  server: { readonly host: pulumi.Input<string>; readonly port: pulumi.Input<number> },
  { databaseName, password: given }: LoginArgs,
  sslMode: SslMode = "disable",
): pulumi.Output<DatabaseConnection> {
  return pulumi.secret(
    pulumi
      .all([step.stdout, given, server.host, server.port])
      .apply(([user, password, host, port]) => {
        const parts = { host, port, name: databaseName, user, password };
        return { ...parts, url: connectionUrl(parts, sslMode) };
      }),
  );
}

/** Begins the comment on a login; which data it was made in follows. */
const MADE_IN = "Made by Slipway in ";

const LOGIN_FUNCTIONS = `
sql() {
  as_admin -v owner="$OWNER" "$@"
}
make_database() {
  owner=$(sql -v database="$DATABASE" <<'SQL'
SET client_min_messages = warning;
SELECT NOT rolsuper AS limited FROM pg_catalog.pg_roles WHERE rolname = current_user \\gset
SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = :'owner') AS missing \\gset
\\if :missing
  CREATE ROLE :"owner" NOLOGIN;
\\endif
\\if :limited
  GRANT :"owner" TO CURRENT_USER WITH INHERIT TRUE, SET TRUE;
\\endif
SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = :'database') AS missing \\gset
\\if :missing
  CREATE DATABASE :"database" OWNER :"owner";
\\endif
SELECT pg_catalog.pg_get_userbyid(datdba) FROM pg_catalog.pg_database WHERE datname = :'database';
SQL
  )
  if [ "$owner" != "$OWNER" ]; then
    echo "The database $DATABASE belongs to $owner, and all that is in it: slipway:databaseUser can't" \\
      "become $OWNER any more. Set it to $owner again." >&2
    exit 1
  fi
}
# Of the newest login; of a new one with 1, and where there is none. Its password is on standard input, and psql
# sends no more than a verifier of it: neither a list of processes nor the server's log may show it, whatever that
# logs. Those that can't log in count as well: dropping one may have been interrupted.
set_login() {
  {
    cat <<'SQL'
REVOKE CONNECT ON DATABASE :"database" FROM PUBLIC;
SELECT coalesce(pg_catalog.max(pg_catalog.substring(rolname::pg_catalog.text, '[0-9]+$')::pg_catalog.int4), 0) AS newest
  FROM pg_catalog.pg_roles WHERE rolname ~ ('^' || :'owner' || '_[0-9]+$') \\gset
SELECT :added = 1 OR :newest = 0 AS missing, :'owner' || '_' || greatest(:newest + :added, 1) AS login \\gset
\\if :missing
  CREATE ROLE :"login" LOGIN IN ROLE :"owner";
  ALTER ROLE :"login" SET role = :'owner';
\\endif
SELECT :'data' <> '' AS known, '${MADE_IN}' || :'data' AS comment \\gset
\\if :known
  COMMENT ON ROLE :"login" IS :'comment';
\\endif
\\password :"login"
SQL
    printf '%s\\n' "$PASSWORD" "$PASSWORD" '\\echo :login'
  } | sql -v database="$DATABASE" -v added="$1" -v data="$DATA"
}
drop_logins_up_to() {
  sql -v newest="$1" -v data="$DATA" -d "$DATABASE" >/dev/null <<'SQL'
SELECT pg_catalog.format(statement, rolname, :'owner')
  FROM pg_catalog.pg_roles, pg_catalog.unnest(ARRAY[
    'ALTER ROLE %1$I NOLOGIN',
    'GRANT %1$I TO CURRENT_USER WITH INHERIT TRUE, SET TRUE',
    'SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usename = %1$L',
    'REASSIGN OWNED BY %1$I TO %2$I',
    'DROP OWNED BY %1$I',
    'DROP ROLE %1$I'
  ]) WITH ORDINALITY AS steps (statement, step)
 WHERE rolname ~ ('^' || :'owner' || '_[0-9]+$')
   AND pg_catalog.substring(rolname::pg_catalog.text, '[0-9]+$')::pg_catalog.int4 <= :newest
   AND coalesce(
         nullif(pg_catalog.split_part(pg_catalog.shobj_description(oid, 'pg_authid'), '${MADE_IN}', 2), ''),
         :'data'
       ) = :'data'
 ORDER BY rolname, step \\gexec
SQL
}`;
