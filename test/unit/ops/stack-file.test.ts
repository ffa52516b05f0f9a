import { rmSync, writeFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { examineStack } from "../../../ops/doctor/index.ts";
import { stackFile } from "../../../ops/project.ts";
import { readStackFile } from "../../../ops/stack-file.ts";

const STACK = `unit-${process.pid}`;
afterEach(() => rmSync(stackFile(STACK), { force: true }));

const PLACE =
  `Pulumi.${STACK}.yaml is not YAML, in line 3, column 3: Flow sequence in block collection must be ` +
  "sufficiently indented and end with a ]. Mend it there.";
const LINE = `\${EDITOR:-vi} +3 Pulumi.${STACK}.yaml`;

test("an error in a stack's file is told with its place, and a line to type", () => {
  writeFileSync(stackFile(STACK), "config:\n  slipway:host: [local\n  a: b: c\n");
  expect(() => readStackFile(STACK)).toThrow(`${PLACE} Type: ${LINE}`);
});

test("the doctor says so, before it asks any engine", async () => {
  writeFileSync(stackFile(STACK), "config:\n  slipway:host: [local\n  a: b: c\n");
  const { result, stack } = await examineStack(STACK);
  expect(result).toMatchObject({ state: "wrong", says: PLACE, type: LINE });
  expect(stack).toBeUndefined();
});

test("a file that is empty or missing has nothing", () => {
  expect(readStackFile(STACK)).toEqual({});
  writeFileSync(stackFile(STACK), "");
  expect(readStackFile(STACK)).toEqual({});
});
