import { afterAll, beforeAll, expect, test } from "vitest";
import { ask, register } from "../../e2e/conduit-client.ts";
import { ClusterStack } from "./cluster-stack.ts";

let stack: ClusterStack;
let image: string;
let token: string;

beforeAll(async () => {
  stack = await ClusterStack.make();
  image = await stack.push("app", "one");
});
afterAll(() => stack?.remove());

test("The first up serves the app through the load balancer", async () => {
  await stack.up({ image, version: "1.0.0" });
  expect(await ask(stack.url, "/version")).toEqual({ version: "1.0.0", commit: "one", image });
  token = await register(stack.url);
});

test("A release keeps the data, and status, releases and rollback say what is live", async () => {
  const second = await stack.push("app", "two");
  await stack.up({ image: second, version: "2.0.0" });
  expect((await ask(stack.url, "/version")).image).toBe(second);
  expect((await ask(stack.url, "/api/user", { token })).user.username).toBe("jane");
  expect(await stack.verb("status")).toContain("2.0.0");
  await stack.verb("rollback");
  expect((await ask(stack.url, "/version")).image).toBe(image);
});
