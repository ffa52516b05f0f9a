import { afterEach, beforeEach, expect, test, vi } from "vitest";

const world = vi.hoisted(() => ({ setUp: [] as string[], opened: [] as string[], fails: "" }));
vi.mock("../../../setup/verb-tools.ts", () => ({
  ensureVerbTools: async (command: string) => world.setUp.push(command),
}));
vi.mock("../../../ops/workspace.ts", async (original) => ({
  ...(await original<typeof import("../../../ops/workspace.ts")>()),
  openStack: async (name: string) => {
    world.opened.push(name);
    if (world.fails !== "") throw new Error(world.fails);
    return { name };
  },
}));
vi.mock("../../../ops/targets/index.ts", () => ({
  targetOf: async () => ({ setMaintenance: async () => true, releases: async () => [] }),
}));

let printed = "";
let said = "";
beforeEach(() => {
  Object.assign(world, { setUp: [], opened: [], fails: "" });
  [printed, said] = ["", ""];
  vi.resetModules();
  vi.stubEnv("SLIPWAY_STACK", undefined);
  vi.stubEnv("SLIPWAY_LOCAL_STACK", "local");
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** `./slipway ARGS`; @returns its exit code. */
async function slipway(...args: string[]): Promise<unknown> {
  const { argv, exitCode } = process;
  try {
    process.argv = [...argv.slice(0, 2), ...args];
    await import("../../../setup/main.ts");
    return process.exitCode;
  } finally {
    process.argv = argv;
    process.exitCode = exitCode;
  }
}

test.each([
  [["status"], "Which stack? Add -s STACK, or set SLIPWAY_STACK. Stacks that have a file here: "],
  [["maintenance", "-s", "dev", "onn"], "Did you mean on?"],
  [["up", "-s", "dev", "--sequence", "3"], "--sequence belongs to the image"],
  [["init"], "Which stack?"],
])("%j is refused before anything is set up", async (args, text) => {
  expect(await slipway(...args)).toBe(2);
  expect(said).toContain(`slipway: `);
  expect(said).toContain(text);
  expect(printed).toBe("");
  expect(world).toMatchObject({ setUp: [], opened: [] });
});

test("a stack that is missing is chosen from those that have a file", async () => {
  await slipway("status");
  expect(said).toMatch(/Stacks that have a file here: (.*, )?dev, (.*, )?prod\b/);
});

test("the tools are set up for a command that is in order, and then it runs", async () => {
  expect(await slipway("maintenance", "-s", "dev", "on")).toBe(0);
  expect(world).toMatchObject({ setUp: ["./slipway maintenance"], opened: ["dev"] });
  expect(said).toBe("✓ Maintenance of dev is on.\n");
  expect(printed).toBe("");
});

test("SLIPWAY_STACK names the stack where -s does not", async () => {
  vi.stubEnv("SLIPWAY_STACK", "prod");
  expect(await slipway("releases")).toBe(0);
  vi.resetModules();
  expect(await slipway("releases", "-s", "dev")).toBe(0);
  expect(world.opened).toEqual(["prod", "dev"]);
});

test("an empty SLIPWAY_STACK, as of a pipeline, is none", async () => {
  vi.stubEnv("SLIPWAY_STACK", "");
  expect(await slipway("status")).toBe(2);
  expect(said).toContain("Which stack? Add -s STACK");
});

test.each(["init", "review", "sweep", "prune-images", "destroy"])(
  "%s does not take it",
  async (name) => {
    const { verbs } = await import("../../../setup/program.ts");
    const options = verbs.find((verb) => verb.name === name)?.command.options;
    expect(options?.find(({ long }) => long === "--stack")).toMatchObject({ envVar: undefined });
  },
);

test("with --json, the result is all that is on the standard output", async () => {
  expect(await slipway("maintenance", "-s", "dev", "on", "--json")).toBe(0);
  expect(JSON.parse(printed)).toEqual({ stack: "dev", maintenance: true, changed: true });
});

test.each([
  [["status", "--json"], "", { message: expect.stringContaining("Which stack?"), exitCode: 2 }],
  [["strat", "--json"], "", { message: expect.stringContaining("no command"), exitCode: 2 }],
  [
    ["up", "-s", "dev", "--json", "--imge"],
    "",
    { message: expect.stringContaining("--imge"), exitCode: 2 },
  ],
])("with --json, a refusal is JSON: %j", async (args, fails, error) => {
  world.fails = fails;
  expect(await slipway(...args)).toBe(2);
  expect(JSON.parse(printed)).toEqual({ error });
  expect(said).toContain("slipway: ");
});

test("with --json, a fault of ours is JSON too, and keeps its stack", async () => {
  world.fails = "a bug";
  await expect(slipway("releases", "-s", "dev", "--json")).rejects.toThrow("a bug");
  expect(JSON.parse(printed)).toEqual({ error: { message: "a bug", exitCode: 1 } });
});

test("after -- and for pulumi, --json is another program's", async () => {
  expect(await slipway("run", "--", "--json")).toBe(2);
  expect(printed).toBe("");
});

test("each command whose result somebody may script has --json", async () => {
  const { verbs } = await import("../../../setup/program.ts");
  const without = verbs
    .filter(({ command }) => !command.options.some(({ long }) => long === "--json"))
    .map(({ name }) => name);
  expect(without).toEqual([
    ...["start", "stop", "completion", "init", "hook", "logs", "run", "psql"],
    ...["pulumi", "preview-example", "settings", "reference", "test", "bench"],
  ]);
});

test("--yes and --force have one meaning each", async () => {
  const { verbs } = await import("../../../setup/program.ts");
  const said = (long: string) =>
    verbs.flatMap(({ command }) =>
      command.options.filter((one) => one.long === long).map(({ description }) => description),
    );
  const [yes, force] = [said("--yes"), said("--force")];
  expect(yes).toHaveLength(2);
  for (const one of yes) expect(one).toMatch(/^Answer the question that the command asks: /);
  expect(force).toHaveLength(3);
  for (const one of force) expect(one).toMatch(/^Do what is refused without it: /);
});
