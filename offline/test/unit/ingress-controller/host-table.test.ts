import { beforeEach, describe, expect, test } from "vitest";
import { HostTable } from "../../../testing/ingress-controller/controller/routing/host-table.ts";
import { hostRule, madeIngress } from "./resources.ts";

let table: HostTable;

beforeEach(() => {
  table = new HostTable();
});

const older = { creationTimestamp: "2025-01-01T00:00:00Z" };
const master = { "nginx.org/mergeable-ingress-type": "master" };
const minion = { "nginx.org/mergeable-ingress-type": "minion" };

/** What is written and removed, by name. */
function rebuilt() {
  const { changes, problems } = table.rebuild();
  return {
    changes: changes.map(({ kind, route }) => `${kind} ${route.ingress.metadata.name}`),
    problems: problems.map(({ ingress, message }) => `${ingress.metadata.name}: ${message}`),
  };
}

describe("which Ingress holds which host", () => {
  test("the older of two, whichever came first; the other is told, once", () => {
    table.set(madeIngress("a-new", { rules: [hostRule("x", "/")] }));
    expect(rebuilt()).toEqual({ changes: ["write a-new"], problems: [] });
    table.set(madeIngress("b-old", { rules: [hostRule("x", "/")] }, {}, older));
    const problems = ["a-new: All hosts are taken by other resources"];
    expect(rebuilt()).toEqual({ changes: ["remove a-new", "write b-old"], problems });
    expect(rebuilt()).toEqual({ changes: [], problems: [] });
  });

  test("of two of one age, the one whose identifier sorts last", () => {
    table.set(madeIngress("a", { rules: [hostRule("x", "/")] }));
    table.set(madeIngress("b", { rules: [hostRule("x", "/")] }));
    rebuilt();
    expect(table.routes().map(({ ingress }) => ingress.metadata.name)).toEqual(["b"]);
  });

  test("an Ingress that lost one of its hosts keeps the other, with a warning", () => {
    table.set(madeIngress("first", { rules: [hostRule("x", "/")] }, {}, older));
    table.set(madeIngress("second", { rules: [hostRule("x", "/"), hostRule("y", "/")] }));
    expect(rebuilt().problems).toEqual([]);
    const [, second] = table.routes();
    expect([...(second?.hosts ?? [])]).toEqual(["y"]);
    expect(second?.warnings).toEqual(["host x is taken by another resource"]);
  });

  test("a host goes to the next when its holder is gone", () => {
    table.set(madeIngress("first", { rules: [hostRule("x", "/")] }, {}, older));
    table.set(madeIngress("second", { rules: [hostRule("x", "/")] }));
    rebuilt();
    table.delete("app/first");
    expect(rebuilt().changes).toEqual(["remove first", "write second"]);
  });

  test("nothing is written again unless its specification or its annotations changed", () => {
    const spec = { rules: [hostRule("x", "/")] };
    table.set(madeIngress("web", spec));
    rebuilt();
    table.set(madeIngress("web", spec, {}, { resourceVersion: "2" }));
    expect(rebuilt().changes).toEqual([]);
    table.set(madeIngress("web", spec, { "nginx.org/hsts": "true" }));
    expect(rebuilt().changes).toEqual(["write web"]);
    table.set(madeIngress("web", spec, { "nginx.org/hsts": "true" }, { generation: 2 }));
    expect(rebuilt().changes).toEqual(["write web"]);
  });

  test("a minion waits for its master, and of two minions with one path the older has it", () => {
    table.set(madeIngress("a", { rules: [hostRule("x", "/")] }, minion));
    table.set(madeIngress("b", { rules: [hostRule("x", "/", "/b")] }, minion, older));
    const message = "Ingress master is invalid or doesn't exist";
    expect(rebuilt()).toEqual({ changes: [], problems: [`a: ${message}`, `b: ${message}`] });
    table.set(madeIngress("top", { rules: [hostRule("x")] }, master));
    expect(rebuilt()).toEqual({ changes: ["write top"], problems: [] });
    const [route] = table.routes();
    expect(route?.minions.map(({ paths }) => [...paths])).toEqual([[], ["/", "/b"]]);
    expect(route?.minions[0]?.warnings).toEqual(["path / is taken by another resource"]);
  });
});
