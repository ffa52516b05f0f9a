import type { EngineEvent, OpType } from "@pulumi/pulumi/automation/index.js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Report } from "../../../ops/report.ts";

const said: string[] = [];
vi.mock("../../../ops/progress.ts", () => ({ say: (line: string) => said.push(line) }));
beforeEach(() => {
  said.splice(0);
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

const CONTAINER = "slipway:docker:WebApp$docker:index/container:Container";
const urn = (type: string, name: string) => `urn:pulumi:local::slipway::${type}::${name}`;

/** An event with what the report reads of it. */
const event = (parts: object) => parts as EngineEvent;

function done(op: OpType, type = CONTAINER, name = "web-1"): EngineEvent[] {
  const metadata = { op, urn: urn(type, name) };
  return [event({ resourcePreEvent: { metadata } }), event({ resOutputsEvent: { metadata } })];
}

const diagnostic = (parts: object) =>
  event({ diagnosticEvent: { severity: "error", message: "", ephemeral: false, ...parts } });

function report(...events: EngineEvent[]): Report {
  const one = new Report();
  for (const each of events) one.onEvent(each);
  return one;
}

test.each([
  ["create", "  + created web-1 (0.0 s)"],
  ["create-replacement", "  + created anew web-1 (0.0 s)"],
  ["update", "  ~ changed web-1 (0.0 s)"],
  ["delete", "  - deleted web-1 (0.0 s)"],
  ["delete-replaced", "  - deleted the old one of web-1 (0.0 s)"],
] as const)("what changed is a line and counts: %s", (op, line) => {
  expect(report(...done(op)).changes).toBe(1);
  expect(said).toEqual([line]);
});

test("a change says how long it took", () => {
  const [begins, ends] = done("create");
  const one = new Report();
  one.onEvent(begins as EngineEvent);
  vi.advanceTimersByTime(2_345);
  one.onEvent(ends as EngineEvent);
  expect(said).toEqual(["  + created web-1 (2.3 s)"]);
});

test.each(["same", "replace", "read", "refresh"] as const)("what did not is silent: %s", (op) => {
  expect(report(...done(op)).changes).toBe(0);
  expect(said).toEqual([]);
});

test.each(["slipway:docker:WebApp", "pulumi:providers:docker", "pulumi:pulumi:Stack"])(
  "what only holds other things is silent: %s",
  (type) => {
    expect(report(...done("create", type)).changes).toBe(0);
    expect(said).toEqual([]);
  },
);

test("a failure and its error are shown, without the marks of colours", () => {
  const where = urn(CONTAINER, "web-1");
  report(
    event({ resOpFailedEvent: { metadata: { op: "create", urn: where } } }),
    diagnostic({ urn: where, message: "<{%fg 9%}>no such image<{%reset%}>\n" }),
  );
  expect(said).toEqual(["  ! failed: web-1", "\nerror: web-1: no such image\n"]);
});

test("an error of no resource is shown without one", () => {
  report(diagnostic({ urn: "", message: "the config is wrong" }));
  expect(said).toEqual(["\nerror: the config is wrong\n"]);
});

test("what does not help is left out", () => {
  report(
    diagnostic({ message: "update failed" }),
    diagnostic({ message: "  \n" }),
    diagnostic({ message: "waiting", ephemeral: true }),
    diagnostic({ message: "detail", severity: "info" }),
  );
  expect(said).toEqual([]);
});
