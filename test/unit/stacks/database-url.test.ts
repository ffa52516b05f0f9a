import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { connectionUrl } from "../../../components/postgres/connection.ts";
import { deploy } from "../../../stacks/index.ts";
import type { ExternalDatabase, GkeCluster, Settings } from "../../../stacks/settings.ts";
import { named, record } from "../recorder.ts";
import {
  clusterSettings,
  DROPLET,
  exampleSettings,
  GCE,
  managedDatabase,
  PULLED,
  SECRETS,
} from "./example.ts";

const PASSWORD = encodeURIComponent(SECRETS.databasePassword);
const EXTERNAL: ExternalDatabase = {
  ...{ kind: "external", host: "db.example", port: 5433, name: "shop", user: "me" },
  ...{ password: pulumi.secret(SECRETS.databasePassword), ca: undefined },
};
const GKE: GkeCluster = {
  ...{ kind: "gke", project: "acme-prod", region: "europe-west3", login: "exec" },
  ...{ zonal: undefined, protect: true },
};

const LOGIN = "printed_by_database_login";
const managed = managedDatabase();
const onHost = (host: typeof DROPLET | typeof GCE) => ({
  ...exampleSettings({ database: managed, app: { secretsAs: "env" } }),
  host,
});

/** SQLAlchemy takes this scheme alone, and Go's lib/pq insists on TLS where the URL does not name the mode. */
test.each<[string, Settings, string]>([
  [
    "a container on a Docker host, without TLS on a network of its own",
    exampleSettings({ app: { secretsAs: "env" } }),
    `${LOGIN}:${PASSWORD}@database:5432/app?sslmode=disable`,
  ],
  [
    "a container in a cluster, without TLS behind policies of its own",
    clusterSettings(),
    `${LOGIN}:${PASSWORD}@database:5432/app?sslmode=disable`,
  ],
  [
    "Managed Postgres, over TLS that is verified",
    onHost(DROPLET),
    `${LOGIN}:${PASSWORD}@private-database.example.org:25060/shop?sslmode=verify-full`,
  ],
  [
    "Cloud SQL through the proxy on the machine, which does TLS",
    onHost(GCE),
    `${LOGIN}:${PASSWORD}@database:5432/shop?sslmode=disable`,
  ],
  [
    "Cloud SQL through the proxy in the pod, which does TLS",
    clusterSettings({ cluster: GKE, database: managed }),
    `${LOGIN}:${PASSWORD}@127.0.0.1:5432/shop?sslmode=disable`,
  ],
  [
    "an external one from a Docker host, over TLS that is verified",
    exampleSettings({ database: EXTERNAL, app: { secretsAs: "env" } }),
    `me:${PASSWORD}@db.example:5433/shop?sslmode=verify-full`,
  ],
  [
    "an external one from a cluster, over TLS that is verified",
    clusterSettings({ database: EXTERNAL }),
    `me:${PASSWORD}@db.example:5433/shop?sslmode=verify-full`,
  ],
])("DATABASE_URL says how to reach %s", async (_, settings, url) => {
  expect(await databaseUrl(settings)).toBe(`postgresql://${url}`);
});

test("DATABASE_URL leads to the host, whatever is in the names and words of its login", () => {
  const login = { user: "me@elsewhere:1/x?y#z", password: "p@ss:/?#%&" };
  const url = connectionUrl({ ...login, host: "db.example", port: 5433, name: "shop" }, "disable");
  const { hostname, port, pathname, search, username, password } = new URL(url);
  expect([hostname, port, pathname, search]).toEqual([
    ...["db.example", "5433", "/shop", "?sslmode=disable"],
  ]);
  expect([username, password].map(decodeURIComponent)).toEqual([login.user, login.password]);
});

async function databaseUrl(settings: Settings): Promise<string> {
  const stack = await record(() => deploy(settings, PULLED));
  if (settings.target === "docker") {
    const envs = named(stack, "web-1").inputs["envs"] as string[];
    return envs.find((one) => one.startsWith("DATABASE_URL="))?.replace("DATABASE_URL=", "") ?? "";
  }
  const secrets = stack.filter(({ name, type }) => name === "secrets" && /:Secret$/.test(type));
  const [data] = secrets.map(({ inputs }) => inputs["stringData"]) as Record<string, string>[];
  return data?.["DATABASE_URL"] ?? "";
}
