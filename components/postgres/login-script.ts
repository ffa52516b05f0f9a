import * as pulumi from "@pulumi/pulumi";
import type { Script, Step } from "../machine/machine.ts";
import { shellFile } from "../shell-file.ts";
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

const LOGIN_FUNCTIONS = shellFile(import.meta.dirname, "login.sh", { MADE_IN });
