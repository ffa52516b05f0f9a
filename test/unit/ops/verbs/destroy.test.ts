import { beforeEach, expect, test, vi } from "vitest";
import { destroyStack } from "../../../../ops/verbs/destroy.ts";

const VOLUME = "docker:index/volume:Volume";
const LABELS = { "slipway.stack": "dev", "slipway.role": "database" };
const data = {
  urn: `urn:pulumi:dev::slipway::${VOLUME}::database-data`,
  type: VOLUME,
  id: "slipway-dev-database",
  protect: true,
  inputs: {
    name: "slipway-dev-database",
    labels: Object.entries(LABELS).map(([label, value]) => ({ label, value })),
  },
};

const world = vi.hoisted(() => ({
  things: [] as unknown[],
  volumes: [] as string[],
  unprotected: [] as unknown[],
}));
const stack = { name: "dev", getAllConfig: async () => ({}) };
const target = { hasVolume: async (name: string) => world.volumes.includes(name) };
const look = () => ({ state: { resources: [data] }, target, things: world.things });
vi.mock("../../../../ops/look.ts", () => ({ lookAt: async () => look() }));
vi.mock("../../../../ops/progress.ts", () => ({ say: () => {}, duration: () => "1 s" }));
vi.mock("../../../../ops/workspace.ts", () => ({ openStack: async () => stack }));
vi.mock("../../../../ops/review/reviews-beside.ts", () => ({ reviewsBeside: async () => [] }));
vi.mock("../../../../ops/open-for-change.ts", () => ({
  openForChange: async () => ({ stack, look: look() }),
}));
vi.mock("../../../../ops/up.ts", () => ({
  keepsImages: () => false,
  remove: async (_: unknown, __: unknown, unprotected: (all: unknown[]) => unknown[]) => {
    world.unprotected = unprotected([data]);
    return 1;
  },
}));

beforeEach(() => {
  world.things = [{ id: data.id, runs: true }];
  world.volumes = [];
  world.unprotected = [];
});

const destroyWithData = async () => await destroyStack("dev", { data: true, yes: "dev" });

test("data that is protected and there is not destroyed", async () => {
  await expect(destroyWithData()).rejects.toThrow("protected resources: database-data (data)");
});

test("protected data that is gone already does not hold up a destroy with data", async () => {
  world.things = [];
  expect(await destroyWithData()).toBe(0);
  expect(world.unprotected).toEqual([data]);
});

test("a volume that somebody has put back by its name is not destroyed as one that is gone", async () => {
  world.things = [];
  world.volumes = ["slipway-dev-database"];
  await expect(destroyWithData()).rejects.toThrow("docker volume rm slipway-dev-database");
  expect(world.unprotected).toEqual([]);
});
