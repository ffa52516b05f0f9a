import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { expect, test } from "vitest";
import { reportOf } from "../../../../ops/preview/report.ts";
import { stepsOf } from "../../../../ops/preview/step.ts";

const urn = (name: string) => `urn:pulumi:dev::slipway::a:b/c:D::${name}`;
const metadata = (name: string, op: string, more: object = {}) => ({
  urn: urn(name),
  op,
  old: { type: "a:b/c:D", inputs: { x: 1 } },
  new: { type: "a:b/c:D", inputs: { x: 1 } },
  ...more,
});
const before = (...of: Parameters<typeof metadata>) =>
  ({ resourcePreEvent: { metadata: metadata(...of) } }) as unknown as EngineEvent;
const after = (...of: Parameters<typeof metadata>) =>
  ({ resOutputsEvent: { metadata: metadata(...of) } }) as unknown as EngineEvent;
const differs = { detailedDiff: { x: { diffKind: "update" } } };

test("what a refresh finds is told from what the program wants", () => {
  const events = [
    before("stopped", "refresh"),
    after("stopped", "update", differs),
    before("gone", "refresh"),
    after("gone", "delete"),
    before("wanted", "refresh"),
    after("wanted", "same"),
    before("stopped", "same"),
    before("wanted", "update", differs),
    after("wanted", "update", differs),
    before("both", "refresh"),
    after("both", "update", differs),
    before("both", "delete-replaced", { new: undefined }),
    before("both", "create-replacement", {
      new: { type: "a:b/c:D", inputs: { from: "0.0.0.0/0" } },
    }),
  ];
  const { components } = reportOf({ stack: "dev", steps: stepsOf(events), refreshed: true });
  expect(components.flatMap(({ findings }) => findings.map(({ text }) => text))).toEqual([
    "the d `stopped` was changed by hand: x",
    "the d `gone` was removed by hand",
    "changes the d `wanted`: x",
    "the d `both`: it becomes open to 0.0.0.0/0 (from)",
    "the d `both` was changed by hand: x",
    "makes the d `both` anew",
  ]);
});
