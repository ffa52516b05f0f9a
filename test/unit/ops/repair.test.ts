import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { beforeEach, expect, test, vi } from "vitest";
import { QuickerError } from "../../../ops/locks/quicker-error.ts";
import { repairInterrupted } from "../../../ops/repair.ts";
import type { LabelledThing } from "../../../ops/targets/target.ts";
import { UserError } from "../../../ops/user-error.ts";

const there: LabelledThing[] = [];
const removed: string[] = [];
vi.mock("../../../ops/targets/index.ts", () => ({
  targetOf: async () => ({
    things: async () => {
      looked.order.push("things");
      return there;
    },
  }),
}));
const looked = vi.hoisted(() => ({ order: [] as string[], locked: "" }));
vi.mock("../../../ops/locks/local.ts", () => ({
  releaseDeadLocks: () => {
    looked.order.push("lock");
    if (looked.locked !== "") throw new UserError(looked.locked);
  },
}));
vi.mock("../../../ops/locks/free.ts", () => ({ freeStack: async () => 0 }));
vi.mock("../../../ops/orphans.ts", () => ({ endOrphans: async () => {} }));
vi.mock("../../../ops/progress.ts", () => ({ say: () => {} }));
beforeEach(() => {
  there.splice(0);
  removed.splice(0);
  Object.assign(looked, { order: [], locked: "" });
});

function exists(name: string, role: LabelledThing["role"] = "resource"): void {
  const kind = role === "data" ? "volume" : "container";
  const remove = async () => void removed.push(name);
  there.push({ id: `id of ${name}`, name, kind, role, runs: true, remove });
}

/** A stack whose state has things of these names, and was cut off at work on those. */
function stackWith({ recorded = [] as string[], begun = [] as string[] }) {
  const imported: unknown[] = [];
  const state = {
    version: 3,
    deployment: {
      resources: [{ urn: "a component" }, ...recorded.map((name) => ({ id: `id of ${name}` }))],
      pending_operations: begun.map((name) => ({
        resource: { urn: `urn:pulumi:local::slipway::T::${name}`, inputs: { name } },
      })),
    },
  };
  const stack = {
    name: "local",
    exportStack: async () => {
      looked.order.push("state");
      return state;
    },
    importStack: async (one: unknown) => void imported.push(one),
  };
  return { stack: stack as unknown as Stack, state, imported };
}

test("a stack that was not interrupted is left as it is", async () => {
  exists("web");
  const { stack, imported } = stackWith({ recorded: ["web"] });
  const { look } = await repairInterrupted(stack);
  expect([removed, imported]).toEqual([[], []]);
  // For whoever goes on at once.
  expect(look?.things).toEqual(there);
});

test("what it has seen no longer holds once it has mended something", async () => {
  exists("migrate", "step");
  expect(await repairInterrupted(stackWith({}).stack)).toEqual({ mended: 1, look: undefined });
});

test("what a killed run made and did not record is removed, and nothing else", async () => {
  exists("web");
  exists("web-new");
  await repairInterrupted(stackWith({ recorded: ["web"], begun: ["web-new"] }).stack);
  expect(removed).toEqual(["web-new"]);
});

test("its operations are struck from the state, and the rest is written back as it was", async () => {
  const { stack, state, imported } = stackWith({ recorded: ["web"], begun: ["web-new"] });
  await repairInterrupted(stack);
  expect(imported).toEqual([
    { ...state, deployment: { ...state.deployment, pending_operations: [] } },
  ]);
});

test.each([
  ["as text", "row moved ".repeat(20_000)],
  ["encrypted", { ciphertext: "A".repeat(200_000) }],
])(
  "what a step had said, more than it could be deleted with, is taken out of the state: %s",
  async (_, said) => {
    const { stack, state, imported } = stackWith({});
    const step = (stderr: unknown) => ({
      type: "command:local:Command",
      outputs: { stdout: "sha256:1", stderr },
    });
    Object.assign(state.deployment, { resources: [step(said), step("few words")] });
    await repairInterrupted(stack);
    expect(imported).toEqual([
      {
        ...state,
        deployment: { ...state.deployment, resources: [step(""), step("few words")] },
      },
    ]);
  },
);

test("what a step left behind is removed, even if no operation was cut off", async () => {
  exists("migrate", "step");
  const { stack, imported } = stackWith({});
  await repairInterrupted(stack);
  expect([removed, imported]).toEqual([["migrate"], []]);
});

test("a command that a person runs goes on", async () => {
  exists("run-1", "one-off");
  const { stack, imported } = stackWith({ begun: ["run-1"] });
  await repairInterrupted(stack);
  expect(removed).toEqual([]);
  expect(imported).toHaveLength(1);
});

test("data that is not recorded stays, to be found again by its name", async () => {
  exists("data", "data");
  await repairInterrupted(stackWith({ begun: ["data"] }).stack);
  expect(removed).toEqual([]);
});

test("data goes only if it is to go, and if the killed run had begun to make it", async () => {
  exists("begun", "data");
  exists("older", "data");
  await repairInterrupted(stackWith({ begun: ["begun"] }).stack, { data: true });
  expect(removed).toEqual(["begun"]);
});

test("what no run of this state began is another's: refused by name, and nothing is changed", async () => {
  exists("foreign");
  exists("web-new");
  const { stack, imported } = stackWith({ begun: ["web-new"] });
  await expect(repairInterrupted(stack)).rejects.toThrow(
    new UserError(
      'A stack "local" that is not in this state is there already: container foreign. If it is ' +
        "another clone's, take it down there (`npm stop`), or give this one a name of its own " +
        "(SLIPWAY_LOCAL_STACK=local-2 npm start). If it is nobody's, remove what is listed.",
    ),
  );
  expect([removed, imported]).toEqual([[], []]);
});

test("of a stack that is not the clone's own, what is another state's has no advice for that one", async () => {
  exists("foreign");
  const { stack } = stackWith({});
  const dev = { ...stack, name: "dev" } as Stack;
  await expect(repairInterrupted(dev)).rejects.toThrow(
    'A stack "dev" that is not in this state is there already: container foreign. If it is in the state of ' +
      "another backend, log in there, or take it down from there (`./slipway destroy -s dev`). If it is " +
      "nobody's, remove what is listed.",
  );
});

test("what another run makes between two looks is left alone: after what is there, the lock, then the state", async () => {
  exists("web-new");
  const { stack, state, imported } = stackWith({});
  // It records what it has made, and ends, before the lock is looked at.
  const recordsIt = { ...state.deployment, resources: [{ id: "id of web-new" }] };
  const exported = stack.exportStack.bind(stack);
  stack.exportStack = async () => {
    const seen = await exported();
    return looked.order.includes("lock") ? { ...seen, deployment: recordsIt } : seen;
  };
  expect(await repairInterrupted(stack)).toMatchObject({ mended: 0 });
  expect([removed, imported]).toEqual([[], []]);
  expect(looked.order).toEqual(["state", "things", "lock", "state"]);
});

test("whoever has begun meanwhile keeps what they make, and is named", async () => {
  exists("web-new");
  looked.locked = 'Stack "local" is being changed by pulumi, process 1.';
  const { stack } = stackWith({ begun: ["web-new"] });
  await expect(repairInterrupted(stack)).rejects.toThrow(new QuickerError(looked.locked));
  expect(removed).toEqual([]);
});
