import { afterAll, beforeAll, expect, test } from "vitest";
import { probe } from "../../../../../components/kubernetes/steps/http-probe.ts";
import { HttpAnswers } from "../../../http-answers.ts";

let server: HttpAnswers;
beforeAll(async () => {
  server = await HttpAnswers.start();
});
afterAll(() => server.stop());

const question = (path: string, expected = "", headers = {}) =>
  probe(
    {
      url: `http://shop.example:${server.port}${path}`,
      address: "127.0.0.1",
      expected,
      headers,
    },
    0,
  );

test("An answer below 400 is right, a redirect too, and the query is asked with the path", async () => {
  server.answers = {
    "/healthz?deep=1": { status: 200 },
    "/moved": { status: 302, location: "/login" },
  };
  expect(await question("/healthz?deep=1")).toBeUndefined();
  expect(await question("/moved")).toBeUndefined();
  expect(server.asked[0]?.headers.host).toBe(`shop.example:${server.port}`);
});

test("An answer that is wrong is told with status, redirect and how it begins", async () => {
  server.answers = {
    "/bad": { status: 400, body: "<h1>Bad Request</h1>\n\n  Invalid HTTP_HOST" },
    "/version": { status: 301, location: "https://shop.example/version" },
  };
  expect(await question("/bad")).toBe("HTTP 400: <h1>Bad Request</h1> Invalid HTTP_HOST");
  expect(await question("/version", "shop/app:1")).toBe(
    "HTTP 301, a redirect to https://shop.example/version",
  );
});

test("The image is found in JSON as PHP writes it, and not in another string", async () => {
  server.answers = { "/version": { status: 200, body: '{"image":"shop\\/app:1"}' } };
  expect(await question("/version", "shop/app:1")).toBeUndefined();
  expect(await question("/version", "app:1")).toBe('HTTP 200: {"image":"shop\\/app:1"}');
});

test("What a proxy in front would say is sent along", async () => {
  server.answers = { "/": { status: 200 } };
  await question("/", "", { "X-Forwarded-Proto": "https" });
  expect(server.asked.at(-1)?.headers["x-forwarded-proto"]).toBe("https");
});
