import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clone } from "../clone.ts";
import { cloneWithExample, deployed } from "./example.ts";

const TEMPLATE = "examples/flask-hello/hello/templates/index.html";

let clone: Clone;
let cookie: string;
beforeAll(async () => {
  clone = await cloneWithExample("flask-hello");
  await deployed(clone);
});
afterAll(() => clone?.remove());

test("A Flask app with a migration is deployed by config alone, and answers below its prefix", async () => {
  const answer = await fetch(`${clone.url}/flask/version`);
  const version = (await answer.json()) as { version: string; image: string };
  expect(version.image).toMatch(/^slipway-/);
  expect(await page()).toContain(version.version);
  expect((await fetch(`${clone.url}/version`)).status).toBe(404);
  expect((await fetch(`${clone.url}/flask/readyz`)).status).toBe(200);
});

test("What is written is in Postgres, and redirects and cookies have the prefix", async () => {
  const body = new URLSearchParams({ name: "Ada", message: "First through Nginx" });
  const written = await fetch(`${clone.url}/flask/entries`, {
    method: "POST",
    body,
    redirect: "manual",
  });
  expect(written.status).toBe(303);
  expect(written.headers.get("location")).toMatch(/^(https?:\/\/[^/]+)?\/flask\/$/);
  cookie = written.headers.get("set-cookie") ?? "";
  expect(cookie).toContain("Path=/flask");
  expect(await page()).toContain("First through Nginx");
});

test("A release is seen, and what was written before it", async () => {
  const template = readFileSync(join(clone.folder, TEMPLATE), "utf8");
  clone.write(TEMPLATE, template.replace("Guestbook</h1>", "Visitors' book</h1>"));
  await deployed(clone);
  const seen = await page();
  expect(seen).toContain("Visitors' book");
  expect(seen).toContain("First through Nginx");
});

test("Both secrets are rotated by a command, which shows neither, and people stay signed in", async () => {
  const before = await secrets();
  for (const key of ["databasePassword", "appSecret"]) {
    const { code, output } = await clone.slipway(["rotate", "-s", clone.stack, key]);
    expect(code, output).toBe(0);
    for (const secret of [...before, ...(await secrets())]) expect(output).not.toContain(secret);
  }
  const after = await secrets();
  expect(after.filter((secret) => before.includes(secret))).toEqual([]);
  expect(await page(cookie)).toContain("Good to see you again, Ada.");
  expect((await fetch(`${clone.url}/flask/readyz`)).status).toBe(200);
});

async function secrets(): Promise<string[]> {
  const keys = ["databasePassword", "appSecret"];
  const all = await Promise.all(keys.map((key) => clone.pulumi(["config", "get", key])));
  return all.map(({ output }) => output.trim());
}

const page = async (sent = "") =>
  await (
    await fetch(`${clone.url}/flask/`, { headers: { cookie: sent.split(";")[0] ?? "" } })
  ).text();
