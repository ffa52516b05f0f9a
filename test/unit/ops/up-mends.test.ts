import { CommandError, type Stack } from "@pulumi/pulumi/automation/index.js";
import { beforeEach, expect, test, vi } from "vitest";
import { repairInterrupted } from "../../../ops/repair.ts";
import type { LabelledThing, Target, WrongAnswer } from "../../../ops/targets/target.ts";
import { up } from "../../../ops/up.ts";
import { UserError } from "../../../ops/user-error.ts";

const world = vi.hoisted(() => ({
  said: [] as string[],
  /** What the state is asked for, the target and the engine, in order. */
  order: [] as string[],
  /** What each listing finds; the last one again and again. */
  listings: [] as unknown[][],
  /** What each question finds. */
  answers: [] as unknown[],
  startSeconds: 0,
  volumes: [] as string[],
}));
const next = <T>(all: T[]): T | undefined => (all.length > 1 ? all.shift() : all[0]);

vi.mock("../../../ops/progress.ts", () => ({ say: (line: string) => world.said.push(line) }));
vi.mock("../../../ops/orphans.ts", () => ({ endOrphans: async () => {} }));
vi.mock("../../../ops/locks/own-runs.ts", () => ({ noted: (work: () => unknown) => work() }));
vi.mock("../../../ops/targets/index.ts", () => ({
  targetOf: async (): Promise<Partial<Target>> => ({
    startSeconds: world.startSeconds,
    things: async () => {
      world.order.push("list");
      const found = next(world.listings) ?? [];
      if (found[0] instanceof Error) throw found[0];
      return found as LabelledThing[];
    },
    hasVolume: async (name) => world.volumes.includes(name),

    restoreReleases: async (before) => {
      world.order.push(`restore ${before.length}`);
      return before.length;
    },
    wrongAnswer: async () => {
      world.order.push("ask");
      const answer = world.answers.shift();
      if (answer instanceof Error) throw answer;
      return answer as WrongAnswer | undefined;
    },
  }),
}));
beforeEach(() => {
  for (const list of [world.said, world.order, world.listings, world.answers]) list.splice(0);
  world.startSeconds = 0;
});

const container = (name: string) => ({
  urn: `urn:pulumi:dev::slipway::docker:index/container:Container::${name}`,
  type: "docker:index/container:Container",
  id: name,
  inputs: {
    labels: [
      { label: "slipway.stack", value: "dev" },
      { label: "slipway.role", value: "web" },
    ],
  },
});
const runs = (name: string, isRunning = true) => ({
  ...{ id: name, name: `slipway-dev-${name}`, kind: "container", role: "resource" },
  runs: isRunning,
});

const engine = vi.fn();
const stack = {
  name: "dev",
  exportStack: async () => {
    world.order.push("export");
    return { version: 3, deployment: { resources: [container("web-1"), container("database")] } };
  },
  up: async ({ refresh, runProgram, replace }: Record<string, unknown>) => {
    world.order.push("up");
    engine({ refresh, runProgram, replace });
    return { outputs: { url: { value: "http://app" } } };
  },
} as unknown as Stack;
beforeEach(() => void engine.mockClear());

const WELL = [runs("web-1"), runs("database")];
const wrong = { url: "http://app/version", answer: "HTTP 502" };

test("What is found is said before the engine runs, and looked at again after it", async () => {
  world.listings.push([runs("database", false)], WELL);
  await up(stack);
  expect(world.said).toEqual(["  container web-1 is gone.", "  container database does not run."]);
  expect(world.order).toEqual(["export", "list", "up", "export", "list", "ask"]);
});

test("The engine looks with the credentials that the program has, not with those of the state", async () => {
  world.listings.push([runs("database")], WELL);
  await up(stack);
  world.listings.splice(0, 2, WELL);
  world.answers.push(wrong);
  await up(stack);
  expect(engine.mock.calls).toEqual([
    [{ refresh: true, runProgram: true }],
    [{}],
    [{ refresh: true, runProgram: true }],
  ]);
});

test("A part that still does not run fails the command, by name and with the lines to type", async () => {
  world.listings.push([runs("web-1", false), runs("database")]);
  const failed = await up(stack).catch((error: unknown) => error);
  expect(failed).toEqual(
    new UserError(
      "dev is deployed, and not all of it is at work: container web-1 does not run.\n" +
        "To see what runs: `./slipway status -s dev`; its last words: `./slipway logs -s dev --of web-1`.",
      1,
    ),
  );
  expect(failed).toHaveProperty("exitCode", 1);
  expect(world.order).not.toContain("ask");
});

test("So does one that is found when clients are not answered, rather than their answer", async () => {
  world.listings.push(WELL, [runs("web-1"), runs("database", false)]);
  world.answers.push(wrong);
  await expect(up(stack)).rejects.toThrow("container database does not run.");
});

test("Where the cluster starts what the engine has made, it has its time", async () => {
  world.startSeconds = 30;
  world.listings.push([runs("web-1", false), runs("database")], [runs("database")], WELL);
  await up(stack);
  expect(world.order).toEqual(["export", "list", "up", "export", "list", "list", "ask"]);
});

test.each([
  ["a target that can't be reached", new UserError("No route to host"), "No route to host"],
  [
    "a state that can't be read",
    Object.assign(Object.create(CommandError.prototype), {
      message: "code: 255\n stdout: \n stderr: error: could not open bucket\n err?: \n",
    }),
    "pulumi: could not open bucket",
  ],
])("%s has answered nothing: deployed, not asked, and a line to type", async (_, error, reason) => {
  world.listings.push(WELL);
  world.answers.push(error);
  const failed = await up(stack).catch((thrown: unknown) => thrown);
  expect(failed).toEqual(
    new UserError(
      `dev is deployed; whether it answers could not be asked: ${reason}\n` +
        "Once that is mended, `./slipway up -s dev` asks again, and `./slipway status -s dev` shows what runs.",
      1,
    ),
  );
  expect(failed).toHaveProperty("exitCode", 1);
  expect(world.order.filter((one) => one === "up")).toHaveLength(1);
});

test("An up after a repair with nothing to do lists once, and reads the state once before and once after", async () => {
  world.listings.push(WELL);
  const { look } = await repairInterrupted(stack);
  await up(stack, look);
  expect(world.order).toEqual(["export", "list", "up", "export", "ask"]);
});

test("Data that is gone stops the run before the engine; accepted as lost, it is looked for and made anew", async () => {
  const data = structuredClone(container("data"));
  data.type = "docker:index/volume:Volume";
  data.inputs.labels = [
    { label: "slipway.stack", value: "dev" },
    { label: "slipway.role", value: "database" },
  ];
  const deployment = { resources: [data] };
  const without = { ...stack, exportStack: async () => ({ version: 3, deployment }) };
  await expect(up(without as unknown as Stack)).rejects.toThrow("--accept-data-loss data");
  expect(engine.mock.calls).toEqual([]);
  Object.assign(data.inputs, { name: "slipway-dev-data" });
  world.volumes.push("slipway-dev-data");
  await expect(up(without as unknown as Stack, undefined, ["data"])).rejects.toThrow(
    "The volume slipway-dev-data is there, without the labels of dev",
  );
  expect(engine.mock.calls).toEqual([]);
  world.volumes.pop();
  world.listings.push([], [runs("data")]);
  await up(without as unknown as Stack, undefined, ["data"]);
  expect(engine.mock.calls).toEqual([[{ refresh: true, runProgram: true }]]);
});

test("A target that can't be reached has nothing missing: the way there may be what this run changes", async () => {
  world.listings.push([new UserError("No route to host")]);
  await up(stack);
  expect(engine.mock.calls).toEqual([[{}]]);
});

test("Where a volume is gone, the releases of the outputs are put back into the record, and it is said", async () => {
  const volume = {
    ...container("ingress-conf"),
    urn: "urn:pulumi:dev::slipway::docker:index/volume:Volume::ingress-conf",
    type: "docker:index/volume:Volume",
  };
  // What it prints becomes the outputs.
  const type = "command:local:Command";
  const switched = { urn: `urn:pulumi:dev::slipway::${type}::release-switched`, type };
  const withVolume = {
    ...stack,
    outputs: async () => ({ releases: { value: [{ image: "app:2" }, { image: "app:1" }] } }),
    exportStack: async () => ({ version: 3, deployment: { resources: [volume, switched] } }),
  } as unknown as Stack;
  world.listings.push([], [runs("ingress-conf")]);
  world.answers.push(undefined);
  await up(withVolume);
  expect(world.order.slice(0, 4)).toEqual(["list", "up", "restore 2", "up"]);
  expect(engine.mock.calls.at(-1)).toEqual([{ replace: [switched.urn] }]);
  expect(world.said).toContain(
    "  The record of releases was gone; 2 earlier ones are in it again.",
  );
});

test("The record is put back also where the run that makes its volume anew fails", async () => {
  const type = "docker:index/volume:Volume";
  const urn = `urn:pulumi:dev::slipway::${type}::ingress-conf`;
  const withVolume = {
    ...stack,
    outputs: async () => ({ releases: { value: [{ image: "app:1" }] } }),
    exportStack: async () => ({
      version: 3,
      deployment: { resources: [{ ...container("ingress-conf"), urn, type }] },
    }),
    up: async () => {
      throw new UserError("web-1 is not healthy");
    },
  } as unknown as Stack;
  world.listings.push([]);
  await expect(up(withVolume)).rejects.toThrow("web-1 is not healthy");
  expect(world.order).toEqual(["list", "restore 1"]);
});
