import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { CommandError, type Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, expect, test, vi } from "vitest";
import { OWN, PROGRAM } from "../../../ops/project.ts";
import { destroyWithData, down, remove } from "../../../ops/up.ts";

const seen = vi.hoisted(() => ({ look: { things: undefined } as unknown }));
vi.mock("../../../ops/repair.ts", () => ({
  repairInterrupted: async () => ({ mended: 0, look: seen.look }),
}));

const CLAIM = "kubernetes:core/v1:PersistentVolumeClaim";
const INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance";

/** Names of what is protected when the engine begins. */
async function keptOf(
  things: Readonly<Record<string, string>>,
  dependencies: Readonly<Record<string, string[]>> = {},
): Promise<string[]> {
  const resources = Object.entries(things).map(([name, type]) => ({
    urn: `urn:pulumi:dev::slipway::${type}::${name}`,
    type,
    dependencies: dependencies[name] ?? [],
    inputs: { labels: [{ label: "slipway.role", value: "database" }] },
  }));
  let state = { version: 3, deployment: { resources } };
  let kept: string[] = [];
  const stack = {
    exportStack: async () => structuredClone(state),
    importStack: async (other: typeof state) => {
      state = other;
    },
    destroy: async ({ excludeProtected }: { excludeProtected: boolean }) => {
      expect(excludeProtected).toBe(true);
      const all: { urn: string; protect?: boolean }[] = state.deployment.resources;
      kept = all.filter(({ protect }) => protect).map(({ urn }) => urn.split("::").at(-1) ?? "");
    },
  };
  await down(stack as unknown as Stack);
  return kept;
}

test("a stop names the data that was gone before, which it can't keep", async () => {
  const labels = { "slipway.stack": "dev", "slipway.role": "database" };
  const data = {
    urn: "urn:pulumi:dev::slipway::docker:index/volume:Volume::database-data",
    type: "docker:index/volume:Volume",
    id: "slipway-dev-database",
    inputs: { labels: Object.entries(labels).map(([label, value]) => ({ label, value })) },
  };
  const stack = {
    name: "dev",
    exportStack: async () => ({ version: 3, deployment: { resources: [data] } }),
    importStack: async () => {},
    destroy: async () => {},
  };
  const downWith = async (things: unknown[]) => {
    seen.look = { state: { resources: [data] }, things };
    return await down(stack as unknown as Stack).finally(() => {
      seen.look = { things: undefined };
    });
  };
  expect(await downWith([])).toEqual({ changes: 0, lost: ["volume database-data"] });
  expect(await downWith([{ id: data.id, runs: true }])).toEqual({ changes: 0, lost: [] });
});

test("a stop keeps data that config does not protect", async () => {
  expect(await keptOf({ database: INSTANCE, web: "docker:index/container:Container" })).toEqual([
    "database",
  ]);
});

// That step deletes the namespaces of the stack, with the claims in them.
test("a cluster that stays for the data in it is not cleared; one without data is, before it goes", async () => {
  const cluster = {
    cluster: "gcp:container/cluster:Cluster",
    "cluster-let-go": "command:local:Command",
    migrate: "command:local:Command",
  };
  expect(await keptOf({ ...cluster, "database-data": CLAIM })).toEqual([
    "cluster-let-go",
    "database-data",
  ]);
  expect(await keptOf({ ...cluster, database: INSTANCE })).toEqual(["database"]);
});

test("a stop keeps the images where the engine stays, and no machine for their sake", async () => {
  const marks = { "image-marks": "command:local:Command", "image-build": "command:local:Command" };
  const volume = { "database-data": "docker:index/volume:Volume" };
  expect(await keptOf({ ...marks, ...volume })).toEqual(["image-marks", "database-data"]);
  expect(await keptOf(marks)).toEqual(["image-marks"]);
  expect(await keptOf(marks, { "image-marks": ["droplet"] })).toEqual([]);
});

test("a destroy in a clone that was never at the server asks the program for the keys, and leaves none", async () => {
  const name = "unit-of-keys";
  const keys = join(OWN, "ssh", name);
  afterAll(() => rmSync(keys, { recursive: true, force: true }));
  const [log, bin] = [join(scratch, "log"), join(scratch, "bin")];
  mkdirSync(bin);
  // As ssh does: without a key of the server it lets nobody be asked.
  const script = `#!/bin/sh\n[ -s '${join(keys, "known_hosts")}' ] || exit 255\necho asked >>'${log}'\n`;
  writeFileSync(join(bin, "ssh"), script, { mode: 0o755 });
  vi.stubEnv("PATH", `${bin}:${process.env["PATH"]}`);
  const path = relative(PROGRAM, keys);
  const ssh = `ssh -o ControlPath=${path}/%C -o UserKnownHostsFile=${path}/known_hosts root@server.example`;
  const exported = {
    deployment: { resources: [{ urn: "a::machine", type: "t", outputs: { ssh } }] },
  };
  let previews = 0;
  const stack = {
    name,
    exportStack: async () => structuredClone(exported),
    preview: async () => {
      previews += 1;
      writeFileSync(join(keys, "known_hosts"), "slipway KEY\n");
    },
    // Its last step removes them.
    destroy: async () => rmSync(keys, { recursive: true }),
  };

  await remove(stack as unknown as Stack);

  expect(previews).toBe(1);
  expect(readFileSync(log, "utf8")).toBe("asked\n");
  expect(existsSync(keys)).toBe(false);
});

const scratch = mkdtempSync(join(tmpdir(), "slipway-up-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test("What a destroy with data has left, because it failed, is protected again", async () => {
  const data = { urn: "urn:pulumi:local::slipway::T::data", type: CLAIM, protect: true };
  const marks = { urn: "urn:pulumi:local::slipway::T::image-marks", type: "command:local:Command" };
  let state = { version: 3, deployment: { resources: [data, { ...marks, protect: true }] } };
  const seen: boolean[] = [];
  const stack = {
    name: "local",
    exportStack: async () => structuredClone(state),
    importStack: async (other: typeof state) => {
      state = other;
    },
    destroy: async () => {
      seen.push(...state.deployment.resources.map(({ protect }) => protect));
      state.deployment.resources.pop();
      throw new Error("the volume is in use");
    },
  };
  await expect(destroyWithData(stack as unknown as Stack)).rejects.toThrow("the volume is in use");
  expect(seen).toEqual([false, false]);
  expect(state.deployment.resources).toEqual([data]);
});

test.each([
  [
    "a reason",
    " stderr: error: could not read plugin: it is locked\n",
    "destroy failed. pulumi: could not read plugin: it is locked",
  ],
  [
    "none, as one that was killed",
    " stderr: \n",
    /^destroy failed: pulumi ended without giving a reason, as when it is killed\. Run the same command/,
  ],
])("Where pulumi ends with %s, that is what is said", async (_, said, message) => {
  const stack = {
    name: "local",
    exportStack: async () => ({ version: 3, deployment: { resources: [] } }),
    destroy: async () => {
      throw Object.assign(Object.create(CommandError.prototype), {
        message: `code: 255\n stdout: \n${said} err?: \n`,
      });
    },
  };
  await expect(destroyWithData(stack as unknown as Stack)).rejects.toThrow(message);
});
