import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterEach, expect, test, vi } from "vitest";
import { kubeconfigOf } from "../../../../ops/targets/kubernetes/kubeconfig.ts";

const clone = vi.hoisted(() => ({ own: "" }));
vi.mock("../../../../ops/project.ts", async (original) => ({
  ...(await original<object>()),
  get OWN() {
    return clone.own;
  },
}));
vi.mock("../../../../ops/config.ts", () => ({
  readConfig: async (_: Stack, key: string) => (key === "kubeconfig" ? "of the config" : undefined),
}));

const stack = { name: "dev" } as Stack;
const NOT_MADE = { gkeEndpoint: undefined, kubeconfigFile: undefined };
const file = () => join(clone.own, "kube", "dev", "kubeconfig");

afterEach(() => rmSync(clone.own, { recursive: true }));

test("a clone that never ran the program has the file that the steps of a destroy read, its owner's alone", async () => {
  clone.own = mkdtempSync(join(tmpdir(), "slipway-own-"));
  expect(await kubeconfigOf(stack, NOT_MADE)).toBe("of the config");
  expect(readFileSync(file(), "utf8")).toBe("of the config");
  expect(statSync(file()).mode & 0o777).toBe(0o600);
});

test("the file of the program stays as it is", async () => {
  clone.own = mkdtempSync(join(tmpdir(), "slipway-own-"));
  mkdirSync(dirname(file()), { recursive: true });
  writeFileSync(file(), "of the program");
  await kubeconfigOf(stack, NOT_MADE);
  expect(existsSync(file()) && readFileSync(file(), "utf8")).toBe("of the program");
});
