import { expect, test } from "vitest";
import { verbs } from "../../../setup/program.ts";
import { linesOf } from "./lines.ts";

const lines = linesOf("./slipway ").map(
  ({ file, words }) => [`./slipway ${words.join(" ")}`, file, words] as const,
);

test("The lines of all messages are found", () => {
  expect(lines.length).toBeGreaterThan(15);
  expect(lines.map(([line]) => line)).toContain("./slipway destroy -s dev --data");
});

test.each(lines)("`%s`, as %s says it, is a line that its command takes", (_, __, words) => {
  const [name = "", ...args] = words;
  const verb = verbs.find((one) => one.name === name);
  expect(verb).toBeDefined();
  expect(() => verb?.parse(args)).not.toThrow();
});
