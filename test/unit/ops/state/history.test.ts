import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { trimHistory } from "../../../../ops/state/history.ts";

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "slipway-state-"));
});
afterEach(() => rmSync(state, { recursive: true }));

const folder = (kind: string, stack: string) => join(state, ".pulumi", kind, "slipway", stack);
const names = (kind: string, stack = "local") => readdirSync(folder(kind, stack)).sort();
const time = (run: number) => `17960939503326${String(run).padStart(5, "0")}`;

function ran(stack: string, times: number): void {
  for (const kind of ["history", "backups"]) mkdirSync(folder(kind, stack), { recursive: true });
  for (let run = 1; run <= times; run += 1) {
    const files = ["history", "checkpoint"].map((what) => `${stack}-${time(run)}.${what}.json`);
    for (const file of files) writeFileSync(join(folder("history", stack), file), "{}");
    writeFileSync(join(folder("backups", stack), `${stack}.${time(run)}.json`), "{}");
  }
}

test("Of more than fifty runs the newest fifty stay, of their history and of their states", () => {
  ran("local", 53);
  trimHistory("local", state);
  expect(names("history")).toHaveLength(100);
  expect(names("history")[0]).toBe(`local-${time(4)}.checkpoint.json`);
  expect(names("backups")).toHaveLength(50);
  expect(names("backups")[0]).toBe(`local.${time(4)}.json`);
});

test("Other stacks, other files and a short history are left alone, and so is a clone without any", () => {
  ran("local", 50);
  ran("other", 60);
  writeFileSync(join(folder("backups", "local"), "notes.json"), "{}");
  trimHistory("local", state);
  trimHistory("never-up", state);
  expect(names("history")).toHaveLength(100);
  expect(names("backups")).toHaveLength(51);
  expect(names("history", "other")).toHaveLength(120);
});
