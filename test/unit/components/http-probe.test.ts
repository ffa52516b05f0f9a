import { execFile } from "node:child_process";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { HTTP_PROBE } from "../../../components/http-probe.ts";
import { jsonStringPattern } from "../../../components/json-string-pattern.ts";
import { HttpAnswers } from "../http-answers.ts";

let server: HttpAnswers;
beforeAll(async () => {
  server = await HttpAnswers.start();
});
beforeEach(() => {
  server.asked.length = 0;
});
afterAll(() => server.stop());

const PATTERN = jsonStringPattern("shop/app:1");

/** @returns exit code and output. */
function probe(path: string, pattern = "", ...more: string[]): Promise<[number, string]> {
  const words = ["-euc", HTTP_PROBE, "sh", `${server.url}${path}`, pattern, "2", ...more];
  return new Promise((done) => {
    execFile("sh", words, (error, said) => done([Number(error?.code ?? 0), said]));
  });
}

test.each([
  ["200", { status: 200, body: "fine" }],
  ["204", { status: 204 }],
  ["a redirect", { status: 302, location: "/login" }],
])("%s is healthy: it is below 400", async (_, answer) => {
  server.answers = { "/healthz?deep=1": answer };
  expect(await probe("/healthz?deep=1")).toEqual([0, ""]);
});

test("An answer of 400 and more is told with its status and how it begins, on one line", async () => {
  server.answers = { "/": { status: 400, body: "<h1>Bad Request</h1>\n\n  Invalid HTTP_HOST" } };
  expect(await probe("/")).toEqual([22, "HTTP 400: <h1>Bad Request</h1> Invalid HTTP_HOST\n"]);
  expect(server.asked.length).toBe(2);
});

test("A redirect that does not name the image is told with where it leads", async () => {
  server.answers = { "/version": { status: 301, location: "https://shop.example/version" } };
  expect(await probe("/version", PATTERN)).toEqual([
    22,
    "HTTP 301, a redirect to https://shop.example/version\n",
  ]);
});

test("The image is found in JSON as PHP writes it, and another one is told", async () => {
  server.answers = { "/version": { status: 200, body: '{"image":"shop\\/app:1"}' } };
  expect(await probe("/version", PATTERN)).toEqual([0, ""]);
  server.answers = { "/version": { status: 200, body: '{"image":"shop\\/app:2"}' } };
  expect(await probe("/version", PATTERN)).toEqual([22, 'HTTP 200: {"image":"shop\\/app:2"}\n']);
});

test("Headers are passed on, and a port that nobody listens on is told by curl", async () => {
  server.answers = { "/": { status: 200 } };
  await probe("/", "", "--header", "Host: shop.example", "--header", "X-Forwarded-Proto: https");
  expect(server.asked[0]?.headers).toMatchObject({
    host: "shop.example",
    "x-forwarded-proto": "https",
  });
  const [code, said] = await probe("/", "", "--connect-to", "::127.0.0.1:1");
  expect(code).toBe(7);
  expect(said).toMatch(/^curl: \(7\) .*connect/);
});
