import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { type MigrationArgs, migrationScript } from "../../../components/migration.ts";
import { resolved } from "../resolved.ts";

const args = {
  owner: { project: "slipway", stack: "test" },
  network: "network",
  image: "app:1",
  command: "migrate --to 'latest'",
  environment: {
    variables: [pulumi.output("A=1"), pulumi.output("B=2")],
    files: [{ name: "DB_PASSWORD", path: "/run/secrets/DB_PASSWORD", content: pulumi.secret("p") }],
  },
  timeoutSeconds: 600,
} as unknown as MigrationArgs;

test("the migration has the environment and the secrets of the app", async () => {
  expect(await resolved(pulumi.all(migrationScript("migrate", args).values))).toEqual({
    CONTAINER: "slipway-test-migrate",
    NETWORK: "network",
    IMAGE: "app:1",
    COMMAND: "migrate --to 'latest'",
    SECONDS_ALLOWED: "600",
    VARIABLES: "A=1\nB=2",
    SECRET_DB_PASSWORD: "p",
  });
});

test("it runs on every change, and is never taken back", () => {
  const { update, remove, replaceOn } = migrationScript("migrate", args);
  expect([update, remove, replaceOn]).toEqual([undefined, undefined, undefined]);
});
