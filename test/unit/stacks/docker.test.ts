import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { deploy } from "../../../stacks/index.ts";
import type { AppRelease, Settings } from "../../../stacks/settings.ts";
import {
  isComponent,
  isProvider,
  madeBefore,
  named,
  type Recorded,
  record,
  tree,
} from "../recorder.ts";
import { BUILT, exampleSettings, PULLED, SECRETS } from "./example.ts";

const recordStack = (settings: Settings, release: AppRelease = BUILT) =>
  record(() => deploy(settings, release));

describe("a stack on a Docker host", () => {
  let stack: Recorded[];
  beforeAll(async () => {
    stack = await recordStack(exampleSettings());
  });

  test("loads the SDK of no cloud, which would cost each run time and memory", () => {
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    expect(loaded.some((file) => file.includes("/@pulumi/docker/"))).toBe(true);
    expect(loaded.filter((file) => /@pulumi\/(digitalocean|gcp|tls)\//.test(file))).toEqual([]);
  });

  test("is made of these components, and of these things in them", () => {
    expect(tree(stack)).toEqual([
      " > database: slipway:docker:Postgres",
      "database > database: docker:index/container:Container",
      "database > database-data: docker:index/volume:Volume",
      "database > database-limited: command:local:Command",
      "database > database-login: command:local:Command",
      " > image: slipway:docker:AppImage",
      "image > image-build: command:local:Command",
      "image > image-marks: command:local:Command",
      " > ingress: slipway:docker:Nginx",
      "ingress > ingress: docker:index/container:Container",
      "ingress > ingress-conf: docker:index/volume:Volume",
      "ingress > ingress-configured: command:local:Command",
      "ingress > ingress-limited: command:local:Command",
      "ingress > ingress-static: docker:index/volume:Volume",
      " > machine: slipway:machine:LocalMachine",
      "machine > machine-command: pulumi:providers:command",
      "machine > machine-docker: pulumi:providers:docker",
      " > migrate: slipway:docker:Migration",
      "migrate > migrate: command:local:Command",
      " > network: slipway:docker:DockerNetwork",
      "network > network: docker:index/network:Network",
      "network > network-steps: command:local:Command",
      " > release: slipway:docker:Release",
      "release > release-switched: command:local:Command",
      " > secrets: slipway:docker:AppSecrets",
      "secrets > secrets-written: command:local:Command",
      " > static: slipway:docker:StaticFiles",
      "static > static-copied: command:local:Command",
      " > web: slipway:docker:WebApp",
      "web > web-1: docker:index/container:Container",
      "web > web-1-healthy: command:local:Command",
    ]);
  });

  test("has nothing at its root but components", () => {
    const atRoot = stack.filter(({ parent }) => parent === undefined);
    expect(atRoot.filter((resource) => !isComponent(resource))).toEqual([]);
  });

  test("makes everything with the providers of its machine, nothing with a default one", () => {
    const made = stack.filter((resource) => !isComponent(resource) && !isProvider(resource));
    expect(made.map(({ name, provider }) => `${name}: ${provider}`)).toEqual(
      made.map(({ name, type }) => `${name}: machine-${type.split(":")[0]}`),
    );
  });

  test("protects the volume of the database and nothing else", () => {
    expect(stack.filter(({ protect }) => protect).map(({ name }) => name)).toEqual([
      "database-data",
    ]);
  });

  test("publishes the port of Nginx and no other", () => {
    const publishing = stack.filter(({ inputs }) => "ports" in inputs);
    expect(publishing.map(({ name, inputs }) => [name, inputs["ports"]])).toEqual([
      ["ingress", [{ internal: 80, external: 8080, ip: "127.0.0.1" }]],
    ]);
  });

  test("labels every container, volume and network with project, stack and role", () => {
    const things = stack.filter(({ type }) => type.startsWith("docker:"));
    const labels = ({ inputs }: Recorded) =>
      Object.fromEntries(
        (inputs["labels"] as { label: string; value: string }[]).map((one) => [
          one.label,
          one.value,
        ]),
      );
    const own = { "slipway.project": "slipway", "slipway.stack": "test" };
    const database = { ...own, "slipway.role": "database" };
    const ingress = { ...own, "slipway.role": "ingress" };
    expect(Object.fromEntries(things.map((thing) => [thing.name, labels(thing)]))).toEqual({
      database,
      "database-data": database,
      ingress,
      "ingress-conf": ingress,
      "ingress-static": ingress,
      network: { ...own, "slipway.role": "network" },
      "web-1": { ...own, "slipway.role": "web", "slipway.release": "abc123abc123" },
    });
  });

  test("keeps inputs out of the state of its components", () => {
    expect(
      stack.filter(isComponent).filter(({ inputs }) => Object.keys(inputs).length > 0),
    ).toEqual([]);
  });

  test("migrates before the new version starts, and switches when it is healthy", () => {
    const [migration, web, release] = ["migrate", "web-1", "release-switched"].map((name) =>
      madeBefore(stack, name),
    );
    expect(migration).toContain("database-login");
    expect(migration).toContain("image-build");
    expect(web).toContain("migrate");
    expect(release).toContain("web-1-healthy");
    expect(release).toContain("static-copied");
  });
});

describe("secrets of a stack", () => {
  test.each(["files", "env"] as const)("are nowhere in the clear, as %s", async (secretsAs) => {
    const stack = await recordStack(exampleSettings({ app: { secretsAs } }));
    const seen = stack.flatMap(({ name, shown }) =>
      forms(Object.values(SECRETS))
        .filter((form) => JSON.stringify(shown).includes(form))
        .map((form) => `${name}: ${form}`),
    );
    expect(seen).toEqual([]);
  });

  test("do reach the app: as files and their paths, or as variables", async () => {
    const stack = await recordStack(exampleSettings());
    expect(writtenSecret(stack, "APP_SECRET")).toBe(SECRETS.appSecret);
    const asFiles = named(stack, "web-1");
    expect(asFiles.inputs["volumes"]).toEqual([
      {
        volumeName: "printed_by_secrets_written",
        containerPath: "/run/secrets",
        readOnly: true,
      },
    ]);
    expect(asFiles.inputs["envs"]).toContain("APP_SECRET_FILE=/run/secrets/APP_SECRET");

    const settings = exampleSettings({ app: { secretsAs: "env" } });
    const asVariables = named(await recordStack(settings), "web-1");
    expect(asVariables.inputs["volumes"]).toBeUndefined();
    expect(asVariables.inputs["envs"]).toContain(`APP_SECRET=${SECRETS.appSecret}`);
  });

  // Which are another volume then: the migration and the app name it.
  test("a new database password changes the login and the app's secrets, not Postgres", async () => {
    const earlier = await recordStack(exampleSettings());
    const password = pulumi.secret("another password");
    const later = await recordStack(exampleSettings({ containerDatabase: { password } }));
    expect(differences(earlier, later)).toEqual({
      "database-login": ["stdin", "triggers"],
      "secrets-written": ["stdin", "triggers"],
    });
    for (const name of ["migrate", "web-1"]) {
      expect(madeBefore(later, name)).toContain("secrets-written");
    }
  });

  test("a new app secret does not touch the database", async () => {
    const earlier = await recordStack(exampleSettings());
    const secret = pulumi.secret("another key of the app");
    const later = await recordStack(exampleSettings({ app: { secret } }));
    expect(differences(earlier, later)).toEqual({ "secrets-written": ["stdin", "triggers"] });
  });
});

describe("secrets of a build", () => {
  test("are known to its step as files alone, so that another value builds nothing anew", async () => {
    const earlier = await recordStack(exampleSettings());
    expect(named(earlier, "image-build").inputs["stdin"]).toContain("BUILD_SECRET_0='build/token'");
    const settings = exampleSettings();
    const build = { ...settings.build, secrets: { token: pulumi.secret("another token") } };
    expect(differences(earlier, await recordStack({ ...settings, build }))).toEqual({});
  });
});

describe("what the settings choose", () => {
  test("an image that exists is pulled, not built", async () => {
    const stack = await recordStack(exampleSettings(), PULLED);
    expect(tree(stack).filter((line) => line.startsWith("image >"))).toEqual([
      "image > image-marks: command:local:Command",
      "image > image-pull: command:local:Command",
    ]);
    expect(named(stack, "web-1").inputs["image"]).toBe("registry.example/app:1.2.3");
  });

  test("without a migration and static files there is no step for them", async () => {
    const settings = exampleSettings({
      app: { migrateCommand: undefined, staticPath: undefined },
    });
    const names = (await recordStack(settings)).map(({ name }) => name);
    expect(names).toContain("release-switched");
    expect(names).not.toContain("migrate");
    expect(names).not.toContain("static-copied");
  });

  test("a release that takes another back migrates nothing", async () => {
    const rollback = { ...PULLED, rollbackOf: "registry.example/app:1.2.4", migrates: false };
    const names = (await recordStack(exampleSettings(), rollback)).map(({ name }) => name);
    expect(names).not.toContain("migrate");
    expect(names).toContain("release-switched");
  });

  test("without a database there is none, and the app is told of none", async () => {
    const stack = await recordStack(exampleSettings({ database: { kind: "none" } }));
    expect(stack.filter(({ name }) => name.startsWith("database"))).toEqual([]);
    expect(JSON.stringify(named(stack, "web-1").inputs)).not.toContain("DATABASE_URL");
  });

  test("an external database is asked over TLS, and nothing is made for it", async () => {
    const database = {
      kind: "external",
      host: "db.example",
      port: 5433,
      name: "shop",
      user: "me",
      password: pulumi.secret(SECRETS.databasePassword),
      ca: undefined,
    } as const;
    const stack = await recordStack(exampleSettings({ database }));
    expect(tree(stack).filter((line) => line.startsWith("database >"))).toEqual([
      "database > database-answers: command:local:Command",
    ]);
    expect(writtenSecret(stack, "DATABASE_URL")).toBe(
      `postgresql://me:${encodeURIComponent(SECRETS.databasePassword)}@db.example:5433/shop?sslmode=verify-full`,
    );
  });

  test("replicas are containers of their own, and Nginx knows each once it is healthy", async () => {
    const stack = await recordStack(exampleSettings({ app: { replicas: 3 } }));
    const release = madeBefore(stack, "release-switched");
    for (const name of ["web-1-healthy", "web-2-healthy", "web-3-healthy"]) {
      expect(release).toContain(name);
    }
    const text = String(named(stack, "release-switched").inputs["stdin"]);
    for (const name of ["auto-web-1", "auto-web-2", "auto-web-3"]) {
      expect(text).toContain(`server ${name}:3000 resolve;`);
    }
  });

  test("processes are started when the release is verified, with the environment of the app", async () => {
    const processes = { worker: "node worker.js" };
    const stack = await recordStack(exampleSettings({ app: { processes } }));
    const worker = named(stack, "process-worker");
    expect(worker.inputs["entrypoints"]).toEqual(["/bin/sh", "-c", "exec node worker.js"]);
    expect(worker.inputs["envs"]).toEqual(named(stack, "web-1").inputs["envs"]);
    expect(madeBefore(stack, "process-worker")).toContain("release-switched");
  });

  test("limits are those of every container of the app", async () => {
    const app = { cpu: "0.5", memory: 256, processes: { worker: "work" } };
    const stack = await recordStack(exampleSettings({ app }));
    for (const name of ["web-1", "process-worker"]) {
      expect(named(stack, name).inputs).toMatchObject({
        cpus: "0.5",
        memory: 256,
        memorySwap: 256,
      });
    }
  });

  test("on a server over SSH every step and every thing waits until that is ready", async () => {
    const host = {
      kind: "ssh",
      address: "server.example",
      port: 2222,
      user: "deploy",
      key: pulumi.secret("a private key"),
      hostKey: "ssh-ed25519 AAAA",
    } as const;
    const stack = await recordStack({ ...exampleSettings(), host });
    expect(named(stack, "machine-docker").inputs["host"]).toBe("ssh://deploy@server.example:2222");
    expect(madeBefore(stack, "network")).toContain("machine-ready");
    const command = String(named(stack, "migrate").inputs["stdin"]);
    expect(command).toMatch(
      /^ssh -o .* -o IdentityFile=ssh\/key .* deploy@server\.example sh -s "\$1"/m,
    );
    expect(JSON.stringify(stack.map(({ shown }) => shown))).not.toContain("a private key");
  });

  test("protectData false leaves the volume unprotected", async () => {
    const stack = await recordStack(exampleSettings({ containerDatabase: { protect: false } }));
    expect(stack.filter(({ protect }) => protect)).toEqual([]);
  });

  test("a release changes the containers of the app alone", async () => {
    const earlier = await recordStack(exampleSettings());
    const later = await recordStack(exampleSettings(), PULLED);
    const containers = Object.keys(differences(earlier, later)).filter(
      (name) => named(later, name).type === "docker:index/container:Container",
    );
    expect(containers).toEqual(["web-1"]);
  });
});

/** What the step writes to the volume of the app's secrets. */
function writtenSecret(stack: Recorded[], name: string): string {
  const text = String(named(stack, "secrets-written").inputs["stdin"]);
  return execFileSync(
    "sh",
    ["-c", `${text.split("\napply() {")[0]}\nprintf %s "$SECRET_${name}"`, "sh", "apply"],
    {
      encoding: "utf8",
    },
  );
}

/** A text as it is, and as URLs, JSON and the shell write it. */
function forms(texts: readonly string[]): string[] {
  return [
    ...new Set(
      texts.flatMap((text) => [
        JSON.stringify(text).slice(1, -1),
        JSON.stringify(encodeURIComponent(text)).slice(1, -1),
        JSON.stringify(text.replaceAll("'", "'\\''")).slice(1, -1),
      ]),
    ),
  ];
}

/** Names of the resources whose inputs differ, and of those inputs. */
function differences(earlier: Recorded[], later: Recorded[]): Record<string, string[]> {
  const changed = later
    .filter((resource) => !isComponent(resource))
    .filter((resource) => earlier.some(({ name }) => name === resource.name))
    .map(({ name, inputs }) => {
      const old = named(earlier, name).inputs;
      const keys = Object.keys({ ...old, ...inputs }).filter(
        (key) => JSON.stringify(old[key]) !== JSON.stringify(inputs[key]),
      );
      return [name, keys.sort()] as const;
    });
  return Object.fromEntries(changed.filter(([, keys]) => keys.length > 0));
}
