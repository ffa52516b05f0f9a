import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ClusterSteps } from "../../../../../components/kubernetes/cluster-steps.ts";
import * as definitions from "../../../../../components/kubernetes/steps/definitions.ts";
import { receive } from "../../../../../components/kubernetes/steps/receive.ts";

/** Where the Pulumi program runs. */
const PROGRAM = join(import.meta.dirname, "../../../../../infra");

test.each(Object.entries(definitions))(
  "%s names a program, which receives it",
  (name, { path }) => {
    const file = join(PROGRAM, path);
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, "utf8")).toMatch(new RegExp(`\\breceive(Words)?\\(${name}\\)`));
  },
);

test("no program is defined twice", () => {
  const paths = Object.values(definitions).map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
});

describe("a wrong argument does not compile", () => {
  const { FIND_CONTROLLER, LABEL_NAMESPACE, LET_GO, ROLL_OUT_PART } = definitions;
  const part = { name: "front", template: { spec: { containers: [{ name: "nginx" }] } } };
  const noTemplate = { spec: { container: [] } };
  const which = { namespace: "shop", setting: "nginx" };

  /** For the compiler alone: each has one mistake. */
  const mistakes: readonly ((steps: ClusterSteps) => unknown)[] = [
    (steps) =>
      // @ts-expect-error: a field with another name
      steps.step("found", FIND_CONTROLLER, { className: "a", servedby: "dev" }, {}),
    (steps) =>
      // @ts-expect-error: a field that is missing
      steps.step("found", FIND_CONTROLLER, { className: "a" }, {}),
    (steps) =>
      // @ts-expect-error: a field of another kind
      steps.step("found", FIND_CONTROLLER, { className: "a", servedBy: 1 }, {}),
    (steps) =>
      // @ts-expect-error: a field with another name, further down
      steps.step("out", ROLL_OUT_PART, { ...which, part: { ...part, nam: "front" } }, {}),
    (steps) =>
      // @ts-expect-error: no template of a pod
      steps.step("out", ROLL_OUT_PART, { ...which, part: { ...part, template: noTemplate } }, {}),
    (steps) =>
      // @ts-expect-error: a step that is taken when it is deleted
      steps.step("go", LET_GO, { project: "a", stack: "b", server: "c", withData: true }, {}),
    (steps) =>
      // @ts-expect-error: a step that is taken back when it is deleted
      steps.lastStep("on", LABEL_NAMESPACE, { namespace: "a", label: "b", value: "c" }, {}),
    // @ts-expect-error: a field that the program is not sent
    async () => (await receive(FIND_CONTROLLER)).servedby,
  ];
  const right = [
    (steps: ClusterSteps) => steps.step("out", ROLL_OUT_PART, { ...which, part }, {}),
    async () => (await receive(FIND_CONTROLLER)).servedBy satisfies string,
  ];

  test("neither where it is sent nor where it is received", () => {
    expect([mistakes.length, right.length]).toEqual([8, 2]);
  });
});
