import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { type MigrationArgs, migrationScript } from "../../../../components/docker/migration.ts";
import { scriptText } from "../../../../components/machine/script.ts";
import { deploy } from "../../../../stacks/index.ts";
import type { DockerSettings } from "../../../../stacks/settings.ts";
import { named, record } from "../../recorder.ts";
import { resolved } from "../../resolved.ts";
import { exampleSettings, PULLED } from "../../stacks/example.ts";

const args = {
  owner: { project: "slipway", stack: "test" },
  network: "network",
  image: "app:1",
  command: "migrate --to 'latest'",
  environment: {
    plain: { A: pulumi.output("1"), B: pulumi.output("2") },
    secrets: {},
    files: [{ name: "DB_PASSWORD", path: "/run/secrets/DB_PASSWORD", content: pulumi.secret("p") }],
  },
  secretsVolume: "volume-of-secrets",
  data: "database-abc",
  ...{ cpu: undefined, memory: undefined, privileges: "limited", readOnlyRoot: false },
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
    SECRETS: "volume-of-secrets",
    DATA: "database-abc",
  });
});

test("it runs on every change, and is never taken back", () => {
  const { update, remove, replaceOn } = migrationScript("migrate", args);
  expect([update, remove, replaceOn]).toEqual([undefined, undefined, undefined]);
});

test("it takes its own container away at the end, and never another that has its name by then", async () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-migration-"));
  const docker = `#!/bin/sh
echo "$*" >>'${folder}/calls'
if [ "$1" = create ]; then echo its-id; fi
`;
  writeFileSync(join(folder, "docker"), docker, { mode: 0o755 });
  try {
    execFileSync("sh", ["-s", "apply"], {
      input: await resolved(scriptText(migrationScript("migrate", args))),
      env: { ...process.env, PATH: [folder, process.env["PATH"]].join(delimiter) },
    });
    const calls = readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n");
    expect(calls.filter((call) => call.startsWith("rm"))).toEqual([
      "rm --force --volumes slipway-test-migrate",
      "rm --force --volumes its-id",
    ]);
    expect(calls).toContain("start --attach its-id");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each<[string, DockerSettings]>([
  ["a dump precedes it, of a database of ours", exampleSettings()],
  ["none does where none is to stay", exampleSettings({ containerDatabase: { dumpsKept: 0 } })],
])("%s", async (_, settings) => {
  const stack = await record(() => deploy(settings, PULLED));
  const text = String(named(stack, "migrate").inputs["stdin"]);
  // Its volume has the same name when it is a new one, and its container has not.
  expect(text).toContain("\nDATA='auto-database'\n");
  const dumps = settings.database.kind === "container" && settings.database.dumpsKept > 0;
  expect(text.includes("pg_dump")).toBe(dumps);
  if (dumps) {
    expect(text).toContain("SERVER_CONTAINER='auto-database'");
    expect(text).toContain("DUMPED_BEFORE='1.2.3'");
    expect(text.indexOf('beside_server "$DUMP"')).toBeLessThan(text.indexOf("docker create"));
  }
});
