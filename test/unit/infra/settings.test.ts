import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readSettings } from "../../../infra/settings.ts";
import type { Settings } from "../../../stacks/settings.ts";
import { resolved } from "../resolved.ts";

const ROOT = join(import.meta.dirname, "../../..");

type Values = Readonly<Record<string, string>>;

/** The keys of Pulumi.yaml with their defaults, as the engine hands them to the program. */
const defaults: Values = Object.fromEntries(
  Object.entries(
    parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8")).config as Record<
      string,
      { default?: string }
    >,
  )
    .filter(([key]) => !key.startsWith("pulumi:"))
    .map(([key, { default: value }]) => [key, value ?? "(none)"]),
);

const secrets: Values = {
  databasePassword: "a password of the database",
  appSecret: "a key of sixteen characters or more",
};

/** Reads the settings of a stack whose config is the defaults, two secrets, and these values. */
function read(
  values: Values = {},
  inTheClear: readonly string[] = [],
  alsoEncrypted: readonly string[] = [],
): Settings {
  const config = Object.entries({ ...defaults, ...secrets, ...values });
  const encrypted = ["databasePassword", "appSecret", "previousAppSecret", ...alsoEncrypted];
  pulumi.runtime.setAllConfig(
    Object.fromEntries(config.map(([key, value]) => [`slipway:${key}`, value])),
    encrypted.filter((key) => !inTheClear.includes(key)).map((key) => `slipway:${key}`),
  );
  return readSettings("slipway", "dev");
}

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof pulumi.RunError) return error.message;
    throw error;
  }
  return "";
}

/** The message about problems, each a sentence and the line to type. */
function problems(...lines: readonly (readonly [string, string])[]): string {
  const count = lines.length === 1 ? "1 problem" : `${lines.length} problems`;
  return [
    `Stack "dev" was not touched: ${count} in its config.`,
    ...lines.map(([text, type], index) => `  ${index + 1}. ${text}\n     ${type} -s dev`),
  ].join("\n");
}

describe("good settings", () => {
  test("the defaults of Pulumi.yaml and two secrets are enough", () => {
    expect(read()).toMatchObject({
      project: "slipway",
      stack: "dev",
      target: "docker",
      host: "local",
      ingress: { httpPort: 8080, bindAddress: "127.0.0.1" },
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
      database: { name: "app", user: "app", protect: true },
      images: { postgres: "postgres:18.6", nginx: "nginx:1.30.6" },
      seconds: { health: 60, migrate: 600, drain: 30 },
    });
  });

  test("an empty value takes away what is optional", () => {
    const { app } = read({ versionPath: "", staticPath: "", migrateCommand: "" });
    expect([app.versionPath, app.staticPath, app.migrateCommand]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("an image that is not named keeps its default", () => {
    expect(read({ images: '{"nginx":"mirror.example/nginx:1.30.6"}' }).images).toEqual({
      postgres: "postgres:18.6",
      nginx: "mirror.example/nginx:1.30.6",
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
      [database.password, secrets["databasePassword"]],
    ] as const) {
      expect(await pulumi.isSecret(output as pulumi.Output<string>)).toBe(true);
      expect(await resolved(output as pulumi.Output<string>)).toBe(value);
    }
  });
});

describe("Pulumi.yaml and infra/settings.ts agree", () => {
  test("settings.ts reads every key that Pulumi.yaml describes, and no other", () => {
    const text = readFileSync(join(ROOT, "infra/settings.ts"), "utf8");
    const keys = [...text.matchAll(/reader\.\w+\(\s*"(\w+)"/g)].map((match) => match[1]);
    expect(keys.sort()).toEqual(Object.keys(defaults).sort());
  });

  test("every key has a description and a default that is a string", () => {
    expect(Object.entries(defaults).filter(([, value]) => value === "(none)")).toEqual([]);
  });
});

describe("one thing that is wrong", () => {
  const table: readonly (readonly [string, Values, string, string])[] = [
    [
      "a misspelt key",
      { httpPrt: "80" },
      "slipway:httpPrt is not a setting; did you mean httpPort?",
      "pulumi config rm httpPrt",
    ],
    [
      "a key in the wrong case",
      { HTTPPORT: "80" },
      "slipway:HTTPPORT is not a setting; did you mean httpPort?",
      "pulumi config rm HTTPPORT",
    ],
    [
      "a key that is like no other",
      { colourScheme: "dark" },
      "slipway:colourScheme is not a setting",
      "pulumi config rm colourScheme",
    ],
    [
      "a port out of range",
      { httpPort: "99999" },
      'slipway:httpPort is "99999"; it must be a whole number from 1 to 65535.',
      "pulumi config set httpPort NUMBER",
    ],
    [
      "a port that is no number",
      { appPort: "3000/tcp" },
      'slipway:appPort is "3000/tcp"; it must be a whole number from 1 to 65535.',
      "pulumi config set appPort NUMBER",
    ],
    [
      "a number that is empty",
      { drainSeconds: "" },
      "slipway:drainSeconds is empty; it must be a whole number from 1 to 600.",
      "pulumi config set drainSeconds NUMBER",
    ],
    [
      "a choice that does not exist",
      { secretsAs: "file" },
      'slipway:secretsAs is "file"; it must be "files" or "env".',
      "pulumi config set secretsAs files",
    ],
    [
      "a truth that is neither true nor false",
      { protectData: "yes" },
      'slipway:protectData is "yes"; it must be "true" or "false".',
      "pulumi config set protectData true",
    ],
    [
      "an address that is no IPv4 address",
      { bindAddress: "localhost" },
      'slipway:bindAddress is "localhost"; it must be an IPv4 address.',
      "pulumi config set bindAddress 127.0.0.1",
    ],
    [
      "a path without its slash",
      { healthPath: "readyz" },
      'slipway:healthPath is "readyz"; it must be a path that begins with /.',
      "pulumi config set healthPath /healthz",
    ],
    [
      "a version that is no tag",
      { version: "v1 final" },
      'slipway:version is "v1 final"; it must be letters, digits, `.`, `+`, `_` and `-`, at most 128, or empty.',
      'pulumi config set version ""',
    ],
    [
      "the role of the superuser",
      { databaseUser: "postgres" },
      'slipway:databaseUser is "postgres"; it must be a lower-case letter or _, then letters, digits and _, at most 40, not "postgres".',
      "pulumi config set databaseUser app",
    ],
    [
      "JSON that is none",
      { appEnv: "{A:1}" },
      'slipway:appEnv is "{A:1}"; it must be a JSON object of strings.',
      `pulumi config set appEnv '{"NAME":"value"}'`,
    ],
    [
      "JSON with a number in it",
      { buildArgs: '{"A":1}' },
      'slipway:buildArgs is "{\\"A\\":1}"; it must be a JSON object of strings.',
      `pulumi config set buildArgs '{"NAME":"value"}'`,
    ],
    [
      "a name of the app's contract",
      { appEnv: '{"DB_PASSWORD":"x"}' },
      "slipway:appEnv has DB_PASSWORD, which Slipway itself sets.",
      "pulumi config rm --path 'appEnv.DB_PASSWORD'",
    ],
    [
      "the file form of such a name",
      { appEnv: '{"APP_SECRET_FILE":"/x"}' },
      "slipway:appEnv has APP_SECRET_FILE, which Slipway itself sets.",
      "pulumi config rm --path 'appEnv.APP_SECRET_FILE'",
    ],
    [
      "a variable that can't be one",
      { appEnv: '{"LOG-LEVEL":"info"}' },
      'slipway:appEnv has "LOG-LEVEL", which is no name of a variable.',
      "pulumi config rm --path 'appEnv.LOG-LEVEL'",
    ],
    [
      "an image that Slipway does not use",
      { images: '{"redis":"redis:8"}' },
      'slipway:images has "redis"; the images that can be named are postgres and nginx.',
      "pulumi config rm --path 'images.redis'",
    ],
    [
      "a missing secret",
      { databasePassword: "" },
      "slipway:databasePassword is missing.",
      "pulumi config set --secret databasePassword",
    ],
    [
      "a short secret",
      { appSecret: "short" },
      "slipway:appSecret is too short; it must have at least 32 characters.",
      "pulumi config set --secret appSecret",
    ],
    [
      "a secret of two lines",
      { databasePassword: "two lines\nof text" },
      "slipway:databasePassword has more than one line.",
      "pulumi config set --secret databasePassword",
    ],
  ];

  test.each(table)("is named, with the line to type: %s", (_, values, text, type) => {
    expect(messageOf(() => read(values))).toBe(problems([text, type]));
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
        [
          'slipway:secretsAs is "file"; it must be "files" or "env".',
          "pulumi config set secretsAs files",
        ],
        ["slipway:appSecret is missing.", "pulumi config set --secret appSecret"],
        ["slipway:databasePassword is missing.", "pulumi config set --secret databasePassword"],
        ["slipway:htpPort is not a setting; did you mean httpPort?", "pulumi config rm htpPort"],
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
        expect(new Set(message.match(/(?<=^ {2}\d+\. slipway:)\w+/gm))).toEqual(new Set([key]));
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
          expect(messageOf(() => read({ httpPort: value })) === "").toBe(isPort);
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
