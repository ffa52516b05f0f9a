import { beforeEach, expect, test, vi } from "vitest";
import { UserError } from "../../../ops/user-error.ts";
import { destroy } from "../../../setup/destroy.ts";

const done = vi.hoisted(() => ({ here: 0, others: [] as string[] }));
vi.mock("../../../setup/take-down.ts", () => ({
  takeDown: async () => {
    done.here += 1;
    return 0;
  },
}));
vi.mock("../../../setup/verb-tools.ts", () => ({ ensureVerbTools: async () => undefined }));
vi.mock("../../../ops/verbs/destroy.ts", async (original) => {
  const module = await original<typeof import("../../../ops/verbs/destroy.ts")>();
  const destroyStack = async (name: string) => {
    done.others.push(name);
    return 0;
  };
  return { ...module, destroyStack };
});

// Another name, as SLIPWAY_LOCAL_STACK gives it.
const own = vi.hoisted(() => ({ name: "local" }));
vi.mock("../../../ops/project.ts", async (original) => {
  const module = await original<typeof import("../../../ops/project.ts")>();
  return Object.defineProperty({ ...module }, "LOCAL_STACK", { get: () => own.name });
});

beforeEach(() => {
  own.name = "local";
  done.here = 0;
  done.others = [];
});

test.each([
  [["-s", "dev", "--data"]],
  [["-sdev", "--data"]],
  [["--stack=dev", "--data", "--yes", "dev"]],
  [["-s", "local", "-s", "dev", "--data"]],
])("what names another stack never touches this clone's own: %j", async (args) => {
  expect(await destroy.run(args)).toBe(0);
  expect(done).toEqual({ here: 0, others: ["dev"] });
});

test.each([
  [[], "type `npm run destroy -- --data`"],
  [["--data", "--yes", "dev"], `--yes names "dev". For that one: -s dev.`],
  [["--data", "dev"], "Too many arguments"],
  [["--data", "--stak", "dev"], "Unknown option '--stak'. Did you mean --stack?"],
])("nothing is removed by %j", async (args, text) => {
  await expect(destroy.run(args)).rejects.toThrow(UserError);
  await expect(destroy.run(args)).rejects.toThrow(text);
  expect(() => destroy.parse(args)).toThrow(text);
  expect(done).toEqual({ here: 0, others: [] });
});

test.each([[["--data"]], [["--data", "-s", "local"]], [["--data", "--yes", "local"]]])(
  "this clone's own is removed by %j",
  async (args) => {
    expect(await destroy.run(args)).toBe(0);
    expect(done).toEqual({ here: 1, others: [] });
  },
);

test("one whose name does not say that it is for trying is not removed with its data unless it is named", async () => {
  own.name = "staging";
  await expect(destroy.run(["--data"])).rejects.toThrow(
    "This takes staging down and REMOVES ITS DATA. To confirm, add --yes staging.",
  );
  expect(done.here).toBe(0);
  expect(await destroy.run(["--data", "--yes", "staging"])).toBe(0);
  own.name = "local-2";
  expect(await destroy.run(["--data"])).toBe(0);
  expect(done.here).toBe(2);
});
