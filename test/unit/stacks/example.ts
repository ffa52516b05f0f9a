import * as pulumi from "@pulumi/pulumi";
import type { AppRelease, Settings } from "../../../stacks/settings.ts";

/** Every one has what a shell, a URL or a JSON text could trip over. */
export const SECRETS = {
  databasePassword: "pass'word of the $DATABASE",
  appSecret: 'key `id` of "the app"',
  previousAppSecret: "key \\ before this one",
} as const;

/** What a test wants otherwise than in the example. */
interface Changes {
  readonly app?: Partial<Settings["app"]>;
  readonly database?: Partial<Settings["database"]>;
  readonly ingress?: Partial<Settings["ingress"]>;
}

export function exampleSettings(changes: Changes = {}): Settings {
  return {
    project: "slipway",
    stack: "test",
    target: "docker",
    host: "local",
    ingress: { httpPort: 8080, bindAddress: "127.0.0.1", ...changes.ingress },
    build: { appPath: "app", dockerfile: "Dockerfile", target: undefined, args: {} },
    app: {
      image: undefined,
      version: undefined,
      port: 3000,
      healthPath: "/readyz",
      versionPath: "/version",
      staticPath: "/app/public",
      migrateCommand: "node src/migrate.ts",
      env: { LOG_LEVEL: "info" },
      secretsAs: "files",
      secret: pulumi.secret(SECRETS.appSecret),
      previousSecret: pulumi.secret(SECRETS.previousAppSecret),
      ...changes.app,
    },
    database: {
      name: "app",
      user: "app",
      password: pulumi.secret(SECRETS.databasePassword),
      protect: true,
      ...changes.database,
    },
    images: { postgres: "postgres:18.6", nginx: "nginx:1.30.6" },
    seconds: { health: 60, migrate: 600, drain: 30 },
  };
}

export const BUILT: AppRelease = {
  version: "abc123abc123",
  from: {
    context: "app",
    dockerfile: "Dockerfile",
    target: "run",
    args: { NODE_IMAGE: "node:24" },
    key: "0123456789ab",
    commit: "abc123abc123",
  },
};

export const PULLED: AppRelease = {
  version: "1.2.3",
  from: { reference: "registry.example/app:1.2.3" },
};
