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
    before("resized", "refresh"),
    after("resized", "refresh", {
      diffs: ["mustRun", "x"],
      detailedDiff: { mustRun: { diffKind: "update" }, x: { diffKind: "update" } },
    }),
    before("stopped", "refresh"),
    after("stopped", "refresh", { detailedDiff: { mustRun: { diffKind: "update" } } }),
    before("gone", "refresh"),
    after("gone", "refresh", { new: undefined }),
    before("same", "refresh"),
    after("same", "refresh", differs),
    before("wanted", "refresh"),
    after("wanted", "refresh", { detailedDiff: {} }),
    before("resized", "update", differs),
    before("stopped", "update", differs),
    before("gone", "create", { old: undefined }),
    before("same", "same"),
    before("wanted", "update", differs),
    after("wanted", "update", differs),
    before("both", "refresh"),
    after("both", "refresh", differs),
    before("both", "delete-replaced", { new: undefined }),
    before("both", "create-replacement", {
      new: { type: "a:b/c:D", inputs: { from: "0.0.0.0/0" } },
    }),
  ];
  const { components, summary } = reportOf({
    stack: "dev",
    steps: stepsOf(events),
    refreshed: true,
  });
  expect(components.flatMap(({ findings }) => findings.map(({ text }) => text))).toEqual([
    "the d `resized` was changed by hand: x",
    "changes the d `resized`: x",
    "the d `gone` was removed by hand",
    "makes the d `gone`",
    "changes the d `stopped`: x",
    "changes the d `wanted`: x",
    "the d `both`: it becomes open to 0.0.0.0/0 (from)",
    "the d `both` was changed by hand: x",
    "makes the d `both` anew",
  ]);
  expect(summary).toEqual({ create: 1, update: 3, replace: 1, delete: 0 });
});

test("Data that a hand has removed is no danger of the preview, whose refresh finds it gone", () => {
  const type = "docker:index/volume:Volume";
  const inputs = { name: "data", labels: [{ label: "slipway.role", value: "database" }] };
  const state = { type, inputs };
  const volume = { old: state, new: undefined };
  const events = [
    before("data", "refresh", volume),
    after("data", "refresh", volume),
    before("data", "create", { old: undefined, new: state }),
  ];
  const report = reportOf({ stack: "dev", steps: stepsOf(events), refreshed: true });
  expect(report.dangerous).toBe(false);
  expect(report.components.flatMap(({ findings }) => findings.map(({ text }) => text))).toEqual([
    "the Docker volume `data` was removed by hand",
    "makes the Docker volume `data`",
  ]);
});
