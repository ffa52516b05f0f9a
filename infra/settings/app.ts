import { URL_PATH } from "../patterns.ts";
import { byTarget } from "./chosen-defaults.ts";
import { is, type Table } from "./setting.ts";
import {
  choice,
  commands,
  environment,
  integer,
  optional,
  optionalCommand,
  optionalCount,
  optionalFlag,
  optionalInteger,
  secretEnvironment,
  secretLine,
  text,
} from "./value-types.ts";

/** Names that every app is given; see "The app's contract" in the README. */
const CONTRACT_NAMES = new Set(
  ["DATABASE_URL", "DB_PASSWORD", "APP_SECRET", "PREVIOUS_APP_SECRET"]
    .flatMap((name) => [name, `${name}_FILE`])
    .concat("PORT", "DB_HOST", "DB_PORT", "DB_NAME", "DB_USER")
    .concat("APP_VERSION", "APP_COMMIT", "APP_IMAGE"),
);

const FOLDER_PATH = /^\/[\w./-]*[\w-]$/;
const PROCESS_NAME = /^[a-z][a-z0-9-]{0,30}$/;
const CORES = /^(?!0*\.?0*$)\d{1,3}(\.\d{1,2})?$/;
const isUrlPath = (value: string) => URL_PATH.test(value);

/** The app's contract, its environment, and the rights and limits of its containers. */
export const app = {
  appPort: {
    type: integer(1, 65_535),
    default: "3000",
    description: "Port that the app listens on, passed to it as PORT.",
    example: "8000",
    review: "share",
  },
  healthPath: {
    type: text(isUrlPath, "a path that begins with /"),
    default: "/readyz",
    description:
      "Path, with a query if needed, that answers below 400 when the app can take traffic. It is probed with `domain` as the host, or `localhost` without a domain.",
    example: "/healthz",
    review: "share",
  },
  versionPath: {
    type: optional(URL_PATH, "a path that begins with /"),
    default: "/version",
    description:
      "Path whose answer contains the image reference (APP_IMAGE). Empty checks `healthPath` only, with a warning.",
    example: "/api/version",
    review: "share",
  },
  staticPath: {
    type: optional(FOLDER_PATH, "an absolute folder in the image"),
    default: "/app/public",
    description: "Folder of static files inside the image, served by Nginx. Empty serves none.",
    example: "/srv/static",
    review: "share",
  },
  migrateCommand: {
    type: optionalCommand,
    default: "node src/migrate.ts",
    description:
      "Command that migrates the database, run once in the new image - a line for the image's /bin/sh, or a list of a program and its arguments. Empty runs none.",
    example: `'["/app","migrate"]'`,
    review: "share",
  },
  processes: {
    type: commands(
      PROCESS_NAME,
      "names (lower-case letters, digits and -), each with a command on one line, or as a list of words",
    ),
    default: "{}",
    description:
      "Other commands of the same image (workers, schedulers), a map of NAME to COMMAND, each a line for /bin/sh or a list of a program and its arguments.",
    example: `'{"worker":["/app","work"]}'`,
    review: "share",
  },
  appEnv: {
    type: environment(CONTRACT_NAMES),
    default: "{}",
    description: "Environment of the app, a map of strings. Not for secrets.",
    example: `'{"LOG_LEVEL":"info"}'`,
    review: "share",
  },
  appSecrets: {
    type: secretEnvironment(CONTRACT_NAMES),
    secret: true,
    description: "Further secrets of the app, a map of strings.",
    example: "<app-secrets.json",
    dummy: "{}",
    review: { shareWhere: is("reviewAppSecrets", "true") },
  },
  secretsAs: {
    type: choice("files", "env"),
    default: "files",
    description: "How the app gets its secrets. `files` sets NAME_FILE to a path, `env` sets NAME.",
    example: "env",
    review: "share",
  },
  appSecret: {
    type: secretLine(32),
    secret: true,
    generated: {},
    description: "The app's signing key.",
    example: "<key",
    required: "always",
    review: "own",
  },
  previousAppSecret: {
    type: secretLine(),
    secret: true,
    description: "The `appSecret` before the current one, which keeps users signed in.",
    example: "<key",
    review: "drop",
  },
  replicas: {
    // On one machine each is a container of its own; in a cluster they are a number.
    type: optionalCount(20, 1000),
    usual: byTarget(1, 2),
    description: "Number of containers of the app, which share the requests.",
    example: "3",
    review: "own",
  },
  cpu: {
    type: optional(CORES, "a number of cores like 0.5"),
    description: "Cores that each container of the app may use, like 0.5. Empty is no limit.",
    example: "0.5",
    review: "share",
  },
  memory: {
    type: optionalInteger(16, 1_048_576),
    description:
      "MiB that each container of the app, or its migration, may use. Empty is no limit on a Docker host, 512 in a cluster.",
    example: "512",
    review: "share",
  },
  readOnlyRoot: {
    type: optionalFlag,
    usual: byTarget(false, true),
    description: "Whether the app can write to /tmp alone, true or false.",
    example: "true",
    review: "share",
  },
  privileges: {
    type: choice("limited", "docker"),
    default: "limited",
    description:
      "Root's rights in containers of the app, on a Docker host. `limited` keeps those that entry points need, without `sudo` and with at most 2048 processes and threads; `docker` keeps Docker's defaults. In a cluster there are none.",
    example: "docker",
    refused: ({ text: of }) =>
      of("privileges") === "docker" && of("target") === "kubernetes"
        ? 'slipway:privileges is "docker", but the namespace of a stack in a cluster lets no pod have more.'
        : undefined,
    review: "share",
  },
} as const satisfies Table;
