import { expect, test, vi } from "vitest";
import { verbs } from "../../../ops/verbs/index.ts";
import { linesOf } from "./lines.ts";

class Understood extends Error {}

// All that a verb does after it has read its arguments is left out.
vi.mock("../../../ops/verbs/arguments.ts", async (original) => {
  const module = await original<typeof import("../../../ops/verbs/arguments.ts")>();
  const stopping =
    (read: (...args: never[]) => unknown) =>
    (...args: never[]) => {
      read(...args);
      throw new Understood();
    };
  return {
    ...module,
    readArguments: stopping(module.readArguments),
    readOptions: stopping(module.readOptions),
  };
});

const lines = linesOf("./slipway ").map(
  ({ file, words }) => [`./slipway ${words.join(" ")}`, file, words] as const,
);

test("The lines of all messages are found", () => {
  expect(lines.length).toBeGreaterThan(15);
  expect(lines.map(([line]) => line)).toContain("./slipway destroy -s dev --data");
});

test.each(lines)("`%s`, as %s says it, is a line that its verb takes", async (_, __, words) => {
  const [name = "", ...args] = words;
  expect(Object.keys(verbs)).toContain(name);
  await expect(Promise.resolve().then(() => verbs[name]?.run(args))).rejects.toThrow(Understood);
});
