import { beforeEach, expect, test, vi } from "vitest";
import type { LabelledThing, Part, Target } from "../../../../ops/targets/target.ts";
import { status } from "../../../../ops/verbs/status.ts";

const world = vi.hoisted(() => ({
  resources: [] as unknown[],
  /** The containers that are there, by whether each runs. */
  there: {} as Readonly<Record<string, boolean>>,
}));
vi.mock("../../../../ops/workspace.ts", () => ({
  openStack: async () => ({
    name: "dev",
    outputs: async () => ({}),
    exportStack: async () => ({ version: 3, deployment: { resources: world.resources } }),
  }),
}));
vi.mock("../../../../ops/targets/index.ts", () => ({
  targetOf: async (): Promise<Partial<Target>> => ({
    things: async () => Object.entries(world.there).map(thing),
    parts: async () => Object.entries(world.there).map(part),
    releases: async () => [],
    isInMaintenance: async () => false,
  }),
}));

const thing = ([name, runs]: [string, boolean]): LabelledThing => ({
  ...{ id: `id of ${name}`, name, kind: "container", role: "resource", runs },
  remove: async () => {},
});
const part = ([name, isRunning]: [string, boolean]): Part => ({
  ...{ role: name.split("-")[0] ?? "", name, version: "", isRunning },
  state: isRunning ? "Up 3 minutes" : "Exited (0)",
});

function recorded(urn: string, name: string, isReplaced = false) {
  const labels = { "slipway.stack": "dev", "slipway.role": "web" };
  const type = "docker:index/container:Container";
  return {
    urn: `urn:pulumi:dev::slipway::${type}::${urn}`,
    type,
    id: `id of ${name}`,
    inputs: { labels: Object.entries(labels).map(([label, value]) => ({ label, value })) },
    ...(isReplaced && { delete: true }),
  };
}

async function statusOf(there: Readonly<Record<string, boolean>>, ...options: string[]) {
  world.there = there;
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const code = await status.run(["-s", "dev", ...options]);
    return { code, output: write.mock.calls.map(([text]) => text).join("") };
  } finally {
    write.mockRestore();
  }
}

beforeEach(() => {
  world.resources = ["web-1", "database", "ingress"].map((name) => recorded(name, name));
});

test("all that the state has is there and runs: 0, and no further line", async () => {
  const { code, output } = await statusOf({ "web-1": true, database: true, ingress: true });
  expect(code).toBe(0);
  expect(output).not.toMatch(/is gone|does not run|is left/);
});

test("what the state has and is not there is named, and ends it with 1", async () => {
  const { code, output } = await statusOf({ ingress: true });
  expect(code).toBe(1);
  expect(output).toContain(
    "The container web-1 is gone.\nThe container database is gone.\n" +
      "To bring it back: ./slipway up -s dev\n",
  );
  const json = await statusOf({ ingress: true }, "--json");
  expect(json.code).toBe(1);
  expect(JSON.parse(json.output)).toMatchObject({
    runs: false,
    missing: ["container web-1 is gone", "container database is gone"],
  });
});

const AFTER_FAILURES = [
  recorded("web-1", "web-1-newest"),
  recorded("web-1", "web-1-newer", true),
  recorded("web-1", "web-1-live", true),
];

test("what failed releases have left stopped is said to be theirs, and does not end it with 1", async () => {
  world.resources = AFTER_FAILURES;
  const there = { "web-1-newest": false, "web-1-newer": false, "web-1-live": true };
  const { code, output } = await statusOf(there);
  expect(code, output).toBe(0);
  expect(output.match(/is left by a failed release/g)).toHaveLength(2);
  const { parts } = JSON.parse((await statusOf(there, "--json")).output);
  expect(parts.map(({ isLeftover }: { isLeftover: boolean }) => isLeftover)).toEqual([
    true,
    true,
    false,
  ]);
});

test("after a failed release the live one is missed as ever: stopped, or gone with what was left", async () => {
  world.resources = AFTER_FAILURES;
  const stopped = await statusOf({ "web-1-newest": false, "web-1-live": false });
  expect(stopped.code).toBe(1);
  expect(stopped.output).toContain("web-1-live does not run");
  const gone = await statusOf({ ingress: true });
  expect(gone.code).toBe(1);
  expect(gone.output.match(/The container web-1 is gone/g)).toHaveLength(1);
});
