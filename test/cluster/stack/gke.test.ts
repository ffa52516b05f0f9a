import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setConfig } from "../../e2e/config.ts";
import { GkeStack } from "./gke-stack.ts";

let stack: GkeStack;
beforeAll(async () => {
  stack = await GkeStack.make();
});
afterAll(() => stack?.remove());

const stateText = () => {
  const file = `${stack.clone.stack}.json`;
  const folder = join(stack.clone.folder, ".slipway", "state", ".pulumi", "stacks", "slipway");
  return readFileSync(join(folder, file), "utf8");
};

test("The first up makes the cluster and serves the app in it", async () => {
  await stack.pulumi("up", "--yes", "--skip-preview");
  expect(stack.asked).toEqual(["create cluster"]);
  expect(await stack.namespaces()).toContain(stack.namespace);
});

test("The next token is no change, and none is in the state", async () => {
  const before = readFileSync(stack.tokenFile, "utf8");
  await stack.pulumi("preview", "--expect-no-changes");
  const after = readFileSync(stack.tokenFile, "utf8");
  expect(after).not.toBe(before);
  for (const text of [before, after]) {
    const { token } = JSON.parse(text).users[0].user;
    expect(token.length).toBeGreaterThan(100);
    expect(stateText()).not.toContain(token);
  }
});

test("The commands get a token of their own where there is none", async () => {
  rmSync(stack.tokenFile);
  const { code, output } = await stack.slipway("status", "--stack", stack.clone.stack);
  expect(code, output).toBe(0);
  expect(output).toContain("Running on node-");
});

test("A destroy is refused while data is protected, and touches nothing", async () => {
  await expect(stack.pulumi("destroy", "--yes")).rejects.toThrow("protected");
  expect(stack.asked).toEqual(["create cluster"]);
  await stack.pulumi("preview", "--refresh", "--expect-no-changes");
});

test("Without protection, what the cloud would keep goes first, and then the cluster", async () => {
  setConfig(stack.clone, { protectData: "false" });
  await stack.pulumi("up", "--yes", "--skip-preview");
  await stack.pulumi("destroy", "--yes", "--skip-preview");
  expect(stack.asked).toEqual(["create cluster", "delete cluster with nothing"]);
});

test("A cluster that does not answer any more does not hold up a destroy", async () => {
  await stack.pulumi("up", "--yes", "--skip-preview");
  const output = await stack.withoutCluster("destroy", "--yes");
  // The API server goes by what it has remembered of the account for some seconds: then it is a 403.
  expect(output).toMatch(/The cluster can't be asked \(it answers 40[13]\)/);
  expect(stack.asked.at(-1)).toMatch(`delete cluster with ${stack.namespace}, pvc-`);
});
