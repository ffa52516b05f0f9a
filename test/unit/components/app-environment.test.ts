import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import {
  type AppEnvironmentArgs,
  appEnvironment,
  assignments,
} from "../../../components/app-environment.ts";
import { resolved } from "../resolved.ts";

const args: AppEnvironmentArgs = {
  port: 3000,
  version: "1.2.3",
  image: "app:1",
  database: pulumi.secret({
    host: "database",
    port: 5432,
    name: "shop",
    user: "shop_1",
    password: "p",
    url: "postgresql://shop_1:p@database:5432/shop",
  }),
  databaseTls: undefined,
  secret: pulumi.secret("key"),
  previousSecret: undefined,
  secretsAs: "files",
  extra: {},
  extraSecrets: {},
};

/** What a container is given, as Docker takes it. */
function given(of: AppEnvironmentArgs) {
  const environment = appEnvironment(of);
  return { variables: assignments(environment), files: environment.files };
}

describe("secrets as files", () => {
  test("leave variables that may be shown, with the paths of the files", async () => {
    const { variables, files } = given(args);
    expect(await pulumi.isSecret(pulumi.all(variables))).toBe(false);
    expect(await resolved(pulumi.all(variables))).toEqual([
      "APP_IMAGE=app:1",
      "APP_SECRET_FILE=/run/secrets/APP_SECRET",
      "APP_VERSION=1.2.3",
      "DATABASE_URL_FILE=/run/secrets/DATABASE_URL",
      "DB_HOST=database",
      "DB_NAME=shop",
      "DB_PASSWORD_FILE=/run/secrets/DB_PASSWORD",
      "DB_PORT=5432",
      "DB_USER=shop_1",
      "PORT=3000",
    ]);
    expect(files.map(({ path }) => path)).toEqual([
      "/run/secrets/DATABASE_URL",
      "/run/secrets/DB_PASSWORD",
      "/run/secrets/APP_SECRET",
    ]);
  });

  test("have contents that are secret, even of a value that was not", async () => {
    const { files } = appEnvironment({ ...args, secret: "in the clear" });
    expect(await Promise.all(files.map(({ content }) => pulumi.isSecret(content)))).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe("secrets as variables", () => {
  test("are secret there, and leave no file", async () => {
    const { variables, files } = given({ ...args, secretsAs: "env" });
    expect(await pulumi.isSecret(pulumi.all(variables))).toBe(true);
    expect(await resolved(pulumi.all(variables))).toEqual([
      "APP_IMAGE=app:1",
      "APP_SECRET=key",
      "APP_VERSION=1.2.3",
      "DATABASE_URL=postgresql://shop_1:p@database:5432/shop",
      "DB_HOST=database",
      "DB_NAME=shop",
      "DB_PASSWORD=p",
      "DB_PORT=5432",
      "DB_USER=shop_1",
      "PORT=3000",
    ]);
    expect(files).toEqual([]);
  });
});

test("the secret before this one is given only while there is one", async () => {
  const names = (of: AppEnvironmentArgs) => appEnvironment(of).files.map(({ name }) => name);
  expect(names(args)).not.toContain("PREVIOUS_APP_SECRET");
  expect(names({ ...args, previousSecret: pulumi.secret("old") })).toContain("PREVIOUS_APP_SECRET");
});

test("what the team adds is there, and can't take the place of the contract", async () => {
  const extra = { LOG_LEVEL: "debug", PORT: "1" };
  const variables = await resolved(pulumi.all(given({ ...args, extra }).variables));
  expect(variables).toContain("LOG_LEVEL=debug");
  expect(variables.filter((line) => line.startsWith("PORT="))).toEqual(["PORT=3000"]);
});

test("secrets that the team adds are given as the contract's own are", async () => {
  const extraSecrets = { MAIL_TOKEN: "token" };
  const asFiles = given({ ...args, extraSecrets });
  expect(asFiles.files.map(({ path }) => path)).toContain("/run/secrets/MAIL_TOKEN");
  expect(await resolved(pulumi.all(asFiles.variables))).toContain(
    "MAIL_TOKEN_FILE=/run/secrets/MAIL_TOKEN",
  );
  const { variables } = given({ ...args, extraSecrets, secretsAs: "env" });
  expect(await resolved(pulumi.all(variables))).toContain("MAIL_TOKEN=token");
});

test("an app without a database is told of none", async () => {
  const { variables, files } = given({ ...args, database: undefined });
  const names = (await resolved(pulumi.all(variables))).map((line) => line.split("=")[0]);
  expect(names).toEqual(["APP_IMAGE", "APP_SECRET_FILE", "APP_VERSION", "PORT"]);
  expect(files.map(({ name }) => name)).toEqual(["APP_SECRET"]);
});

test("the authority of a database is a file, also where secrets are variables", async () => {
  const { variables, files } = given({
    ...args,
    databaseTls: { ca: "PEM" },
    secretsAs: "env",
  });
  expect(files.map(({ path }) => path)).toEqual(["/run/secrets/DB_CA"]);
  const lines = await resolved(pulumi.all(variables));
  expect(lines).toContain("PGSSLROOTCERT=/run/secrets/DB_CA");
  expect(lines).toContain("NODE_EXTRA_CA_CERTS=/run/secrets/DB_CA");
});

test("where a public authority vouches for the database, libpq is told to look among those", async () => {
  const { variables, files } = given({ ...args, databaseTls: { ca: undefined } });
  expect(files.map(({ name }) => name)).not.toContain("DB_CA");
  const lines = await resolved(pulumi.all(variables));
  expect(lines).toContain("PGSSLROOTCERT=system");
  expect(lines.join()).not.toContain("NODE_EXTRA_CA_CERTS");
});

test("What the team adds never takes the place of what Slipway gives", async () => {
  const mine = { PORT: "1", DB_HOST: "mine", APP_IMAGE: "mine", MORE: "mine" };
  const secrets = { APP_SECRET: "mine", DATABASE_URL: "mine", TOKEN: "mine" };
  const given = appEnvironment({
    ...args,
    ...{ secretsAs: "env", extra: mine, extraSecrets: secrets },
  });
  const values = async (of: Readonly<Record<string, pulumi.Output<string>>>, names: string[]) =>
    await Promise.all(names.map((name) => resolved(of[name] as pulumi.Output<string>)));
  expect(await values(given.plain, ["PORT", "DB_HOST", "APP_IMAGE", "MORE"])).toEqual([
    ...["3000", "database", "app:1", "mine"],
  ]);
  expect(await values(given.secrets, ["APP_SECRET", "DATABASE_URL", "TOKEN"])).toEqual([
    ...["key", "postgresql://shop_1:p@database:5432/shop", "mine"],
  ]);
});
