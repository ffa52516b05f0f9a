import { beforeEach, expect, test, vi } from "vitest";
import type { ReleaseRecord } from "../../../../components/release-record.ts";
import { rotate } from "../../../../ops/verbs/rotate.ts";

const engine = vi.hoisted(() => ({
  config: {} as Record<string, string>,
  releases: [] as unknown[],
  set: [] as string[],
  /** The environments that the program was run with; undefined is the stack as it was opened. */
  ran: [] as unknown[],
  said: [] as string[],
}));
vi.mock("../../../../ops/progress.ts", async (original) => ({
  ...(await original<typeof import("../../../../ops/progress.ts")>()),
  say: (line: string) => engine.said.push(line),
}));

const stack = vi.hoisted(() => ({
  name: "dev",
  outputs: () => Promise.resolve({ releases: { value: engine.releases } }),
}));

vi.mock("../../../../ops/open-for-change.ts", () => ({ openForChange: async () => ({ stack }) }));
vi.mock("../../../../ops/workspace.ts", () => ({
  openStack: async (_: string, env?: unknown) => ({ env }),
}));
vi.mock("../../../../ops/config.ts", () => ({
  readConfig: async (_: unknown, key: string) => engine.config[key],
  setSecret: async (_: unknown, key: string) => void engine.set.push(key),
}));
vi.mock("../../../../ops/up.ts", () => ({
  up: async (opened: { env?: unknown }) => {
    engine.ran.push(opened.env);
    return { changes: 1, outputs: {} };
  },
}));

beforeEach(() => Object.assign(engine, { config: {}, releases: [], set: [], ran: [], said: [] }));

const release = (changes: Partial<ReleaseRecord>): ReleaseRecord => ({
  ...{ image: "app:1", version: "1", commit: "", time: "2026-01-01T00:00:00Z", by: "ada" },
  ...{ verified: true, rollbackOf: "", mark: "slipway-dev/app:1" },
  ...changes,
});

test.each([
  ["a release", {}, { SLIPWAY_IMAGE: "app:1", SLIPWAY_VERSION: "1" }],
  [
    "a rollback, with its place among the app's images",
    { rollbackOf: "app:2", sequence: 7 },
    {
      ...{ SLIPWAY_IMAGE: "app:1", SLIPWAY_VERSION: "1" },
      ...{ SLIPWAY_ROLLBACK_OF: "app:2", SLIPWAY_SEQUENCE: "7" },
    },
  ],
])("a rotation keeps what is live: %s", async (_, changes, asked) => {
  engine.releases = [release({ image: "app:9", verified: false }), release(changes)];
  await rotate.run(["-s", "dev", "databasePassword"]);
  expect(engine.set).toEqual(["databasePassword"]);
  expect(engine.ran).toEqual([asked]);
});

test("the secret before stays valid while the new one is brought about", async () => {
  engine.config = { appSecret: "the old one" };
  await rotate.run(["-s", "dev", "appSecret"]);
  expect(engine.set).toEqual(["previousAppSecret", "appSecret"]);
  expect(engine.ran).toEqual([undefined]);
});

test.each([
  ["none", /has no database/],
  ["external", /change its password there first.*config set --secret databasePassword -s dev/s],
])(
  "the password of a database that is %s is refused, and nothing is changed",
  async (database, says) => {
    engine.config = { database };
    await expect(rotate.run(["-s", "dev", "databasePassword"])).rejects.toThrow(says);
    expect([engine.set, engine.ran]).toEqual([[], []]);
  },
);

test.each([
  ["databasePassword", {}, [release({})], "The old password no longer logs in. "],
  ["databasePassword of a stack that was never up", {}, [], ""],
  [
    "appSecret",
    { appSecret: "the old one" },
    [release({})],
    "An app that accepts PREVIOUS_APP_SECRET still accepts tokens of the old secret. To end that, type: " +
      "`npm run pulumi -- config rm previousAppSecret -s dev`, and `./slipway up -s dev`. ",
  ],
  ["appSecret that is the first", {}, [release({})], ""],
])("what is said of the secret before is so: %s", async (secret, config, releases, says) => {
  Object.assign(engine, { config, releases });
  await rotate.run(["-s", "dev", secret.split(" ")[0] ?? ""]);
  expect(engine.said.at(-1)).toMatch(
    new RegExp(`^✓ \\w+ of dev is rotated: \\d+ s\\. ${says}Commit the stack's file\\.$`),
  );
});
