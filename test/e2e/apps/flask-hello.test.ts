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

test("A new appSecret beside the one before leaves people signed in, and so does the release", async () => {
  const { output: old } = await clone.pulumi(["config", "get", "appSecret"]);
  await clone.setSecret("previousAppSecret", old.trim());
  await clone.setSecret("appSecret", "another secret of the app, long enough");
  const template = readFileSync(join(clone.folder, TEMPLATE), "utf8");
  clone.write(TEMPLATE, template.replace("Guestbook</h1>", "Visitors' book</h1>"));
  await deployed(clone);
  const seen = await page(cookie);
  expect(seen).toContain("Visitors' book");
  expect(seen).toContain("First through Nginx");
  expect(seen).toContain("Good to see you again, Ada.");
});

const page = async (sent = "") =>
  await (
    await fetch(`${clone.url}/flask/`, { headers: { cookie: sent.split(";")[0] ?? "" } })
  ).text();
