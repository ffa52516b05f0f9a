import * as pulumi from "@pulumi/pulumi";
import type { DatabaseConnection, DatabaseTls } from "./postgres/connection.ts";

export interface AppEnvironmentArgs {
  readonly port: number;
  readonly version: string;
  readonly image: string;
  /** Undefined where the app has no database. */
  readonly database: pulumi.Input<DatabaseConnection> | undefined;
  /** Undefined where the database is reached without TLS. */
  readonly databaseTls: DatabaseTls | undefined;
  readonly secret: pulumi.Input<string>;
  readonly previousSecret: pulumi.Input<string> | undefined;
  /** `files` puts each secret in a file and its path in NAME_FILE; `env` puts it in NAME. */
  readonly secretsAs: "files" | "env";
  /** What the team adds. */
  readonly extra: Readonly<Record<string, string>>;
  readonly extraSecrets: Readonly<Record<string, pulumi.Input<string>>>;
}

/** What a process of the app is given: the app's contract. */
export interface AppEnvironment {
  /** Variables that may be shown, by name. */
  readonly plain: Readonly<Record<string, pulumi.Output<string>>>;
  /** Variables that are secrets; none unless config asks for them here. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
  readonly files: readonly SecretFile[];
}

export interface SecretFile {
  /** Name of the variable that the file stands for. */
  readonly name: string;
  readonly path: string;
  readonly content: pulumi.Output<string>;
}

export const SECRETS_FOLDER = "/run/secrets";

export function appEnvironment(args: AppEnvironmentArgs): AppEnvironment {
  const database = databaseVariables(args);
  const plain: Record<string, pulumi.Input<string>> = {
    ...args.extra,
    ...database.plain,
    PORT: String(args.port),
    APP_VERSION: args.version,
    APP_IMAGE: args.image,
  };
  const secrets: Record<string, pulumi.Input<string>> = {
    ...args.extraSecrets,
    ...database.secrets,
    APP_SECRET: args.secret,
    ...(args.previousSecret === undefined ? {} : { PREVIOUS_APP_SECRET: args.previousSecret }),
  };
  if (args.secretsAs === "env") {
    return { plain: outputs(plain), secrets: outputs(secrets), files: database.files };
  }
  const files = Object.entries(secrets).map(([name, content]) => ({
    name,
    path: `${SECRETS_FOLDER}/${name}`,
    content: pulumi.secret(content),
  }));
  const paths = Object.fromEntries(files.map(({ name, path }) => [`${name}_FILE`, path]));
  return {
    plain: outputs({ ...plain, ...paths }),
    secrets: {},
    files: [...files, ...database.files],
  };
}

function databaseVariables({ database: given, databaseTls: tls }: AppEnvironmentArgs) {
  if (given === undefined) return { plain: {}, secrets: {}, files: [] };
  const database = pulumi.output(given);
  const ca = tls?.ca === undefined ? [] : [{ ...CA_FILE, content: pulumi.output(tls.ca) }];
  return {
    plain: {
      DB_HOST: pulumi.unsecret(database.host),
      DB_PORT: pulumi.unsecret(database.port).apply(String),
      DB_NAME: pulumi.unsecret(database.name),
      DB_USER: pulumi.unsecret(database.user),
      // Which authority to trust is no part of a URL that every client understands. Left to itself, libpq
      // looks for a file in the user's home.
      ...(tls === undefined ? {} : { PGSSLROOTCERT: ca[0]?.path ?? "system" }),
      ...(ca.length === 0 ? {} : { NODE_EXTRA_CA_CERTS: CA_FILE.path }),
    },
    secrets: { DATABASE_URL: database.url, DB_PASSWORD: database.password },
    files: ca,
  };
}

const CA_FILE = { name: "DB_CA", path: `${SECRETS_FOLDER}/DB_CA` };

function outputs(
  values: Record<string, pulumi.Input<string>>,
): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, pulumi.output(value)]),
  );
}

/**
 * All variables as `NAME=value`, sorted. One Output for each: in a preview the Docker provider overlooks a
 * list of which nothing is known, and with it that the container will be replaced.
 */
export function assignments({ plain, secrets }: AppEnvironment): pulumi.Output<string>[] {
  return Object.entries({ ...plain, ...secrets })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => pulumi.interpolate`${name}=${value}`);
}
