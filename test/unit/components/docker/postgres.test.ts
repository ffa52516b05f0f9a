import fc from "fast-check";
import { expect, test } from "vitest";
import { confined, postgresConfinement } from "../../../../components/docker/confinement.ts";
import { connectionUrl } from "../../../../components/postgres/connection.ts";
import { loginScript } from "../../../../components/postgres/login-script.ts";
import { deploy } from "../../../../stacks/index.ts";
import { named, record } from "../../recorder.ts";
import { BUILT, exampleSettings, SECRETS } from "../../stacks/example.ts";

const recordStack = () => record(() => deploy(exampleSettings(), BUILT));

test("the container knows no password and publishes nothing", async () => {
  expect(named(await recordStack(), "database").inputs).toEqual({
    image: "postgres:18.6",
    labels: [
      { label: "slipway.project", value: "slipway" },
      { label: "slipway.stack", value: "test" },
      { label: "slipway.role", value: "database" },
    ],
    entrypoints: ["sh", "-euc", expect.stringContaining("docker-ensure-initdb.sh"), "sh"],
    command: ["postgres", "-c", "hba_file=/etc/slipway/pg_hba.conf"],
    envs: [
      "POSTGRES_HOST_AUTH_METHOD=trust",
      expect.stringContaining("SLIPWAY_HBA=# Written"),
      expect.stringContaining("SLIPWAY_CONF=# Written"),
    ],
    volumes: [{ volumeName: "slipway-test-database", containerPath: "/var/lib/postgresql" }],
    networksAdvanced: [{ name: "auto-network", aliases: ["database"] }],
    restart: "unless-stopped",
    destroyGraceSeconds: 60,
    ...confined(postgresConfinement({ memory: 1024, diskGiB: undefined })),
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
  });
});

test("the superuser comes in over the socket only, and nobody over the network without a password", async () => {
  const [, hba] = named(await recordStack(), "database").inputs["envs"] as [string, string];
  const rules = hba
    .replace("SLIPWAY_HBA=", "")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(/ +/).join(" "));
  expect(rules).toEqual([
    "local all postgres peer",
    "local all all trust",
    "host all postgres all reject",
    "host all all all scram-sha-256",
  ]);
});

test("the volume has a name that people can find", async () => {
  expect(named(await recordStack(), "database-data").inputs["name"]).toBe("slipway-test-database");
});

test("another password makes another login, and nothing else does", () => {
  const login = { databaseName: "app", ownerRole: "app", password: "a password" };
  const script = loginScript({ values: {}, functions: "" }, login);
  expect(script.replaceOn).toEqual(["a password"]);
  expect(script).toMatchObject({
    update: expect.any(String),
    remove: expect.any(String),
  });
});

test("the trigger of the login is secret", async () => {
  const login = named(await recordStack(), "database-login");
  expect(login.inputs["triggers"]).toEqual([SECRETS.databasePassword]);
  expect(login.shown["triggers"]).toEqual(["[secret]"]);
});

test("any password comes out of the connection's URL as it went in", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "grapheme" }), (password) => {
      const parts = { host: "database", port: 5432, name: "shop", user: "shop_1", password };
      const url = new URL(connectionUrl(parts, "disable"));
      expect(decodeURIComponent(url.password)).toBe(password);
      expect([url.protocol, url.username, url.host, url.pathname]).toEqual([
        "postgresql:",
        "shop_1",
        "database:5432",
        "/shop",
      ]);
    }),
  );
});
