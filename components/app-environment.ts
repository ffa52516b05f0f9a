import * as pulumi from "@pulumi/pulumi";
import type { DatabaseConnection } from "./database-connection.ts";

export interface AppEnvironmentArgs {
  readonly port: number;
  readonly version: string;
  readonly image: string;
  readonly database: pulumi.Input<DatabaseConnection>;
  readonly secret: pulumi.Input<string>;
  readonly previousSecret: pulumi.Input<string> | undefined;
  /** `files` puts each secret in a file and its path in NAME_FILE; `env` puts it in NAME. */
  readonly secretsAs: "files" | "env";
  /** What the team adds. */
  readonly extra: Readonly<Record<string, string>>;
}

/** What a process of the app is given: the app's contract. */
export interface AppEnvironment {
  /** `NAME=value`, sorted. Without secrets, unless config asks for them here. */
  readonly variables: readonly pulumi.Output<string>[];
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
  const database = pulumi.output(args.database);
  const plain: Record<string, pulumi.Input<string>> = {
    ...args.extra,
    PORT: String(args.port),
    APP_VERSION: args.version,
    APP_IMAGE: args.image,
    DB_HOST: pulumi.unsecret(database.host),
    DB_PORT: pulumi.unsecret(database.port).apply(String),
    DB_NAME: pulumi.unsecret(database.name),
    DB_USER: pulumi.unsecret(database.user),
  };
  const secrets: Record<string, pulumi.Input<string>> = {
    DATABASE_URL: database.url,
    DB_PASSWORD: database.password,
    APP_SECRET: args.secret,
    ...(args.previousSecret === undefined ? {} : { PREVIOUS_APP_SECRET: args.previousSecret }),
  };
  if (args.secretsAs === "env") {
    return { variables: assignments({ ...plain, ...secrets }), files: [] };
  }
  const files = Object.entries(secrets).map(([name, content]) => ({
    name,
    path: `${SECRETS_FOLDER}/${name}`,
    content: pulumi.secret(content),
  }));
  const paths = Object.fromEntries(files.map(({ name, path }) => [`${name}_FILE`, path]));
  return { variables: assignments({ ...plain, ...paths }), files };
}

/**
 * One Output for each: in a preview the provider overlooks a list of which nothing is known, and with it
 * that the container will be replaced.
 */
function assignments(values: Record<string, pulumi.Input<string>>): pulumi.Output<string>[] {
  return Object.keys(values)
    .sort()
    .map((name) => pulumi.interpolate`${name}=${values[name] ?? ""}`);
}
