import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../ops/project.ts";
import { chosenTools, toolEnvironment } from "../../ops/tools.ts";
import { Clone } from "../e2e/clone.ts";

const CACHE = join(".slipway", "compile-cache");

test("A command keeps in its clone what Node has compiled of it", async () => {
  const clone = await Clone.make();
  try {
    expect(existsSync(join(clone.folder, CACHE))).toBe(false);
    const { code, output } = await clone.slipway(["--help"]);
    expect(code, output).toBe(0);
    expect(existsSync(join(clone.folder, CACHE))).toBe(true);
  } finally {
    rmSync(clone.folder, { recursive: true, force: true });
  }
});

test("So do the program and its steps, below an engine that a command has started", () => {
  const { NODE_COMPILE_CACHE } = toolEnvironment(chosenTools());
  expect(NODE_COMPILE_CACHE).toBe(join(ROOT, CACHE));
});
