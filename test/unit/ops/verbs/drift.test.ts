import { beforeEach, expect, test, vi } from "vitest";
import { drift } from "../../../../ops/verbs/drift.ts";

const VOLUME = "docker:index/volume:Volume";
const labels = Object.entries({ "slipway.stack": "dev", "slipway.role": "database" });
const data = {
  urn: `urn:pulumi:dev::slipway::${VOLUME}::database-data`,
  type: VOLUME,
  id: "slipway-dev-database",
  inputs: { labels: labels.map(([label, value]) => ({ label, value })) },
};

const world = vi.hoisted(() => ({ things: [] as unknown[], said: [] as string[], verdict: "" }));
vi.mock("../../../../ops/look.ts", () => ({
  lookAt: async () => ({ state: { resources: [data] }, things: world.things }),
}));
vi.mock("../../../../ops/preview/run.ts", () => ({
  previewOf: async () => ({ report: { verdict: world.verdict } }),
}));
vi.mock("../../../../ops/preview/text.ts", () => ({ asText: () => "" }));
vi.mock("../../../../ops/workspace.ts", () => ({ openStack: async () => ({ name: "dev" }) }));
vi.mock("../../../../ops/progress.ts", () => ({
  say: (line: string) => world.said.push(line),
  step: async (_: string, work: () => unknown) => await work(),
}));

beforeEach(() => {
  world.said = [];
  world.verdict = "dev: no downtime";
});

test("without drift, it ends with 0", async () => {
  world.verdict = "dev: no change";
  expect(await drift.run(["-s", "dev"])).toBe(0);
  expect(world.said).toEqual(["✓ dev has no drift."]);
});

test("with drift, it ends with 1 and says what restores the config", async () => {
  world.things = [{ id: data.id, runs: true }];
  expect(await drift.run(["-s", "dev"])).toBe(1);
  expect(world.said.at(-1)).toContain("`./slipway up -s dev` restores what is configured");
});

test("data that is lost is named, and nobody is told that an up restores it", async () => {
  world.things = [];
  expect(await drift.run(["-s", "dev"])).toBe(1);
  expect(world.said.at(-1)).toContain("Its data is lost: volume database-data is gone.");
  expect(world.said.at(-1)).not.toContain("restores");
});
