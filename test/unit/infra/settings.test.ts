import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ContainerDatabase, ManagedDatabase } from "../../../stacks/settings.ts";
import { resolved } from "../resolved.ts";
import { badSettings, badStackNames } from "./bad-settings.ts";
import { defaults, messageOf, problems, read, secrets, type Values } from "./config.ts";

describe("good settings", () => {
  test("the defaults of Pulumi.yaml and two secrets are enough", () => {
    expect(read()).toMatchObject({
      project: "slipway",
      stack: "dev",
      target: "docker",
      host: { kind: "local" },
      ingress: { httpPort: 8080, bindAddress: "127.0.0.1", pathPrefix: "/", tls: { kind: "off" } },
      build: { appPath: "app", dockerfile: "Dockerfile", target: undefined, args: {} },
      app: {
        image: undefined,
        version: undefined,
        port: 3000,
        healthPath: "/readyz",
        versionPath: "/version",
        staticPath: "/app/public",
        migrateCommand: "node src/migrate.ts",
        env: {},
        secretsAs: "files",
        previousSecret: undefined,
      },
      database: { kind: "container", name: "app", user: "app", protect: true },
      images: {
        postgres: "postgres:18.6",
        nginx: "nginx:1.30.6",
        lego: "goacme/lego:v4.35.2",
        ingressController: "nginx/nginx-ingress:5.5.4",
      },
      seconds: { health: 60, migrate: 600, drain: 30, ready: 300 },
    });
  });

  test("a command is a line, or a list for an image without a shell", () => {
    const { app } = read({
      migrateCommand: '["/app", "migrate"]',
      processes: '{"worker":["/app","work"],"other":"work | tee log"}',
    });
    expect(app.migrateCommand).toEqual(["/app", "migrate"]);
    expect(app.processes).toEqual({ worker: ["/app", "work"], other: "work | tee log" });
  });

  test("an empty value takes away what is optional", () => {
    const { app } = read({ versionPath: "", staticPath: "", migrateCommand: "" });
    expect([app.versionPath, app.staticPath, app.migrateCommand]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("a stack elsewhere than on this machine is published to the world, and builds nothing", () => {
    const { app, ...others } = read({ host: "ssh", sshHost: "server.example" });
    expect(app.build).toBe(false);
    expect(others).toMatchObject({
      ingress: { bindAddress: "0.0.0.0", httpPort: 80, httpsPort: 443 },
      host: { kind: "ssh", address: "server.example", port: 22, user: "root" },
    });
  });

  test("an app without a database needs no password for one", () => {
    expect(read({ database: "none", databasePassword: "" }).database).toEqual({ kind: "none" });
  });

  test.each([
    ["droplet", {}, { nodes: 1, size: "db-s-1vcpu-1gb" }],
    ["droplet", { databaseNodes: "2" }, { nodes: 2, size: "db-s-1vcpu-2gb" }],
    ["gce", {}, { nodes: 1, size: "db-custom-1-3840" }],
    ["gce", { databaseSize: "db-g1-small" }, { nodes: 1, size: "db-g1-small" }],
  ])("a managed database beside a %s, with %j, is %j", (host, more, managed) => {
    const made = { host, gcpProject: "acme-dev", sshSources: '["203.0.113.7/32"]' };
    const { database } = read({ ...made, database: "managed", ...more });
    const { password: _, ...shown } = database as ManagedDatabase;
    expect(shown).toEqual({ kind: "managed", name: "app", user: "app", protect: true, ...managed });
  });

  test("a seed is known by its path, its kind and the checksum of what is in it", () => {
    const folder = mkdtempSync(join(tmpdir(), "slipway-seed-"));
    const seedOf = (content: string) => {
      const path = join(folder, "seed");
      writeFileSync(path, content);
      return (read({ databaseSeed: path }).database as ContainerDatabase).seed;
    };
    try {
      expect(seedOf("SELECT 1;")).toEqual({
        file: relative(process.cwd(), join(folder, "seed")),
        format: "sql",
        bytes: 9,
        checksum: "17db4fd369edb9244b9f91d9aeed145c3d04ad8ba6e95d06247f07a63527d11a",
      });
      expect(seedOf("PGDMP and so on")).toMatchObject({ format: "dump" });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("secrets of a build are secret outputs by their ids, of as many lines as they have", async () => {
    const { secrets: all } = read({ buildSecrets: '{"npm.rc":"a\\nb"}' }).build;
    const one = all["npm.rc"] as pulumi.Output<string>;
    expect(await pulumi.isSecret(one)).toBe(true);
    expect(await resolved(one)).toBe("a\nb");
  });

  test("secrets of the app are secret outputs by their names", async () => {
    const { secrets: more } = read({ appSecrets: '{"MAIL_TOKEN":"t"}' }).app;
    const token = more["MAIL_TOKEN"] as pulumi.Output<string>;
    expect(await pulumi.isSecret(token)).toBe(true);
    expect(await resolved(token)).toBe("t");
  });

  test("an image that is not named keeps its default", () => {
    expect(read({ images: '{"nginx":"mirror.example/nginx:1.30.6"}' }).images).toEqual({
      postgres: "postgres:18.6",
      nginx: "mirror.example/nginx:1.30.6",
      lego: "goacme/lego:v4.35.2",
      ingressController: "nginx/nginx-ingress:5.5.4",
      cloudSqlProxy: "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.27.0",
    });
  });

  test("they are frozen to the bottom", () => {
    expect(unfrozen(read({ appEnv: '{"A":"b"}' }), "settings")).toEqual([]);
  });

  test("secrets are secret outputs with the value of the config", async () => {
    const { app, database } = read({ previousAppSecret: "the key before" });
    for (const [output, value] of [
      [app.secret, secrets["appSecret"]],
      [app.previousSecret, "the key before"],
      [(database as ContainerDatabase).password, secrets["databasePassword"]],
    ] as const) {
      expect(await pulumi.isSecret(output as pulumi.Output<string>)).toBe(true);
      expect(await resolved(output as pulumi.Output<string>)).toBe(value);
    }
  });
});

describe("one thing that is wrong", () => {
  test.each(badSettings)("is named, with the line to type: %s", (_, values, text, type) => {
    expect(messageOf(() => read(values))).toBe(problems([text, type]));
  });

  test.each(badStackNames)("is named, with the line to type: a stack called %s", (...bad) => {
    const [name, values, text, type] = bad;
    const message = messageOf(() => read(values, [], [], name));
    expect(message).toContain(`. ${text}\n     ${type} -s ${name}`);
  });

  test.each(["local-2", "a_b", "a.b", "a--b", "review-fix-login-0a1b2c3d", "a".repeat(41)])(
    "a stack called %s is none",
    (name) => {
      expect(read({}, [], [], name)).toMatchObject({ stack: name });
    },
  );

  test("a stack whose namespace has a name of its own may have dots in its own", () => {
    const settings = { target: "kubernetes", domain: "shop.example", kubeconfigPath: "no-such" };
    const refusal = (values: Values) => messageOf(() => read(values, [], [], "prod.eu"));
    expect(refusal(settings)).toContain("The name of the stack");
    expect(refusal({ ...settings, namespace: "shop" })).not.toContain("The name of the stack");
  });

  test("is named, with the line to type: an encrypted value that would be shown, and it is not", () => {
    const message = messageOf(() => read({ appEnv: "hush, no JSON" }, [], ["appEnv"]));
    expect(message).toBe(
      problems([
        "slipway:appEnv is encrypted, but is no secret: it would be shown in the clear.",
        "pulumi config rm appEnv",
      ]),
    );
  });

  test("is named, with the line to type: a secret that is stored in the clear", () => {
    expect(messageOf(() => read({}, ["appSecret"]))).toBe(
      problems([
        "slipway:appSecret is stored in the clear.",
        "pulumi config set --secret appSecret",
      ]),
    );
  });
});

describe("a map", () => {
  test("has texts of what `config set --path` stores as booleans and numbers", () => {
    const { app } = read({ appEnv: '{"DEBUG":true,"WORKERS":4}' });
    expect(app.env).toEqual({ DEBUG: "true", WORKERS: "4" });
  });

  test("that is JSON in a string is set anew as a whole, and what is in it is not shown", () => {
    const line = "pulumi config set appEnv <FILE";
    const appEnv = '{"GREETING":"hush","PORT":"1","1ST":"x","LIST":[1]}';
    expect(messageOf(() => read({ appEnv }))).toBe(
      problems(
        ["slipway:appEnv has LIST, which is no string.", line],
        ["slipway:appEnv has PORT, which Slipway itself sets.", line],
        ['slipway:appEnv has "1ST", which is no name of a variable.', line],
      ),
    );
  });

  test("of secrets may have several lines where the app gets files, and is told of them where not", () => {
    const appSecrets = JSON.stringify({ JWT_KEY: "-----BEGIN KEY-----\nx\n-----END KEY-----\n" });
    expect(Object.keys(read({ appSecrets }).app.secrets)).toEqual(["JWT_KEY"]);
    expect(messageOf(() => read({ appSecrets, secretsAs: "env" }))).toBe(
      problems([
        "slipway:appSecrets has JWT_KEY with more than one line. As a file it may have them, or encode it (base64).",
        "pulumi config set secretsAs files",
      ]),
    );
  });
});

describe("several things that are wrong", () => {
  test("are in one message, each with its own line to type", () => {
    const values = {
      httpPort: "99999",
      secretsAs: "file",
      appSecret: "",
      databasePassword: "",
      htpPort: "80",
    };
    expect(messageOf(() => read(values))).toBe(
      problems(
        [
          'slipway:httpPort is "99999"; it must be a whole number from 1 to 65535.',
          "pulumi config set httpPort NUMBER",
        ],
        ["slipway:databasePassword is missing.", "pulumi config set --secret databasePassword"],
        [
          'slipway:secretsAs is "file"; it must be "files" or "env".',
          "pulumi config set secretsAs files",
        ],
        ["slipway:appSecret is missing.", "pulumi config set --secret appSecret"],
        ["slipway:htpPort is not a setting; did you mean httpPort?", "pulumi config rm htpPort"],
      ),
    );
  });

  test("are all that TLS needs, when there is nothing of it", () => {
    expect(messageOf(() => read({ tls: "provided" }))).toBe(
      problems(
        ['slipway:domain is missing, and tls is "provided".', "pulumi config set domain HOST"],
        [
          'slipway:tlsCertificate is missing, and tls is "provided".',
          "pulumi config set tlsCertificate <CERTIFICATE.pem",
        ],
        [
          'slipway:tlsKey is missing, and tls is "provided".',
          "pulumi config set --secret tlsKey <KEY.pem",
        ],
      ),
    );
  });

  test("never show the value of a secret", () => {
    const values = { databasePassword: "hunter2", appSecret: "hunter3\nhunter3" };
    expect(messageOf(() => read(values, ["databasePassword", "appSecret"]))).not.toContain(
      "hunter",
    );
  });
});

describe("any text at all", () => {
  const anyText = fc.oneof(fc.string(), fc.json(), fc.integer().map(String));

  test("in any key gives settings, or a message that names the key and nothing else", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(defaults)), anyText, (key, value) => {
        const message = messageOf(() => read({ [key]: value }));
        if (message === "") return;
        expect(message).toMatch(/^Stack "dev" was not touched: \d+ problems? in its config\./);
        // Or another one, because this one makes it necessary.
        const because = new RegExp(`^ {2}\\d+\\. slipway:\\w+ is missing, and ${key} is`, "gm");
        const others = message.replaceAll(because, "");
        const keys = new Set(others.match(/(?<=^ {2}\d+\. slipway:)\w+/gm));
        expect([...keys].filter((one) => one !== key)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("is a port only if it is written as a whole number from 1 to 65535", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer().map(String), fc.nat(70_000).map(String), fc.double().map(String)),
        (value) => {
          const isPort = /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 65535;
          expect(messageOf(() => read({ appPort: value })) === "").toBe(isPort);
        },
      ),
    );
  });

  test("comes out of appEnv as it went in, when it is one line under a name of its own", () => {
    const name = fc.stringMatching(/^[A-Z]\w{0,20}$/).map((rest) => `MY_${rest}`);
    const line = fc.string().filter((text) => !text.includes("\n"));
    fc.assert(
      fc.property(fc.dictionary(name, line), (env) => {
        expect({ ...read({ appEnv: JSON.stringify(env) }).app.env }).toEqual({ ...env });
      }),
    );
  });
});

/** Paths of the objects within that can be changed. */
function unfrozen(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return [];
  const within = Object.entries(value).flatMap(([key, one]) => unfrozen(one, `${path}.${key}`));
  return Object.isFrozen(value) ? within : [path, ...within];
}
