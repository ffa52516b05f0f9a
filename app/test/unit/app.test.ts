import { Writable } from "node:stream";
import type { InjectOptions } from "fastify";
import { describe, expect, it } from "vitest";
import { buildApp } from "../../src/app.ts";
import { loggerOptions } from "../../src/logger.ts";
import { fakeParts } from "./fake-parts.ts";

const JANE = { username: "jane", email: "jane@example.com", password: "password123" };

function register(user: unknown): InjectOptions {
  return { method: "POST", url: "/api/users", payload: { user } };
}

async function appWithJane() {
  const app = buildApp(fakeParts());
  const response = await app.inject(register(JANE));
  const authorization = `Token ${response.json().user.token}`;
  const write = (article: unknown) =>
    app.inject({
      method: "POST",
      url: "/api/articles",
      headers: { authorization },
      payload: { article },
    });
  return { app, authorization, write };
}

describe("what the operator asks", () => {
  it("/healthz is well without asking anybody", async () => {
    const app = buildApp(fakeParts({ checkReadiness: () => Promise.reject(new Error("down")) }));
    const response = await app.inject("/healthz");
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ status: "ok" });
  });

  it("/readyz is 200 when the app can serve, and 503 with the reason when it cannot", async () => {
    const ready = await buildApp(fakeParts()).inject("/readyz");
    expect([ready.statusCode, ready.json()]).toEqual([200, { status: "ok" }]);

    const checkReadiness = async () => "pending migrations: 0001_users.sql";
    const unready = await buildApp(fakeParts({ checkReadiness })).inject("/readyz");
    expect(unready.statusCode).toBe(503);
    expect(unready.json()).toEqual({
      status: "unavailable",
      reason: "pending migrations: 0001_users.sql",
    });
  });

  it("/version tells the release and is never cached", async () => {
    const response = await buildApp(fakeParts()).inject("/version");
    expect(response.json()).toEqual({
      version: "v1.2.3",
      commit: "abc123",
      image: "registry/app@sha256:1",
    });
    expect(response.headers["cache-control"]).toBe("no-store");
  });
});

describe("users", () => {
  it("registers a user, and answers with a token and without the password", async () => {
    const response = await buildApp(fakeParts()).inject(register(JANE));
    expect(response.statusCode).toBe(201);
    expect(response.json()).toEqual({
      user: {
        username: "jane",
        email: "jane@example.com",
        bio: null,
        image: null,
        token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      },
    });
  });

  it.each([
    ["nothing", undefined, { user: ["can't be blank"] }],
    [
      "an empty user",
      {},
      {
        username: ["can't be blank"],
        email: ["can't be blank"],
        password: ["can't be blank"],
      },
    ],
    ["a blank username", { ...JANE, username: "  " }, { username: ["can't be blank"] }],
    ["an empty password", { ...JANE, password: "" }, { password: ["can't be blank"] }],
    [
      "a short password",
      { ...JANE, password: "1234567" },
      { password: ["is too short (minimum is 8 characters)"] },
    ],
    [
      "a long username",
      { ...JANE, username: "x".repeat(51) },
      { username: ["is too long (maximum is 50 characters)"] },
    ],
    ["no email address", { ...JANE, email: "jane" }, { email: ["is invalid"] }],
    ["an object for a name", { ...JANE, username: {} }, { username: ["must be string"] }],
  ])("refuses to register %s with 422", async (_what, user, errors) => {
    const response = await buildApp(fakeParts()).inject(register(user));
    expect(response.statusCode).toBe(422);
    expect(response.json()).toEqual({ errors });
  });

  it.each([
    ["username", { ...JANE, email: "other@example.com" }],
    ["email", { ...JANE, username: "other" }],
  ])("answers 409 when the %s is taken", async (field, user) => {
    const { app } = await appWithJane();
    const response = await app.inject(register(user));
    expect(response.statusCode).toBe(409);
    expect(response.json()).toEqual({ errors: { [field]: ["has already been taken"] } });
  });

  it.each([
    ["a wrong password", { email: JANE.email, password: "password124" }],
    ["an unknown email", { email: "joe@example.com", password: JANE.password }],
  ])("refuses to sign in with %s, in the same words", async (_what, user) => {
    const { app } = await appWithJane();
    const response = await app.inject({
      method: "POST",
      url: "/api/users/login",
      payload: { user },
    });
    expect(response.statusCode).toBe(401);
    expect(response.json()).toEqual({ errors: { credentials: ["invalid"] } });
  });

  it.each([
    ["no token", undefined, "is missing"],
    ["another scheme", "Bearer abc", "is missing"],
    ["a false token", "Token a.b.c", "is invalid"],
  ])("answers /api/user with 401 for %s", async (_what, authorization, message) => {
    const headers = authorization === undefined ? {} : { authorization };
    const response = await buildApp(fakeParts()).inject({ url: "/api/user", headers });
    expect(response.statusCode).toBe(401);
    expect(response.headers["www-authenticate"]).toBe("Token");
    expect(response.json()).toEqual({ errors: { token: [message] } });
  });

  it("refuses a true token whose user is gone", async () => {
    const parts = fakeParts();
    const authorization = `Token ${await parts.tokens.sign("999")}`;
    const response = await buildApp(parts).inject({ url: "/api/user", headers: { authorization } });
    expect(response.json()).toEqual({ errors: { token: ["is invalid"] } });
  });
});

describe("articles", () => {
  const ARTICLE = { title: "A title", description: "About", body: "Text" };

  it("are answered in the API's shape, with distinct tags in the author's order", async () => {
    const { write } = await appWithJane();
    const response = await write({ ...ARTICLE, tagList: ["b", " a", "b "] });
    expect(response.statusCode).toBe(201);
    expect(response.json()).toEqual({
      article: {
        slug: "a-title",
        title: "A title",
        description: "About",
        body: "Text",
        tagList: ["b", "a"],
        createdAt: "2026-01-02T03:04:05.678Z",
        updatedAt: "2026-01-02T03:04:05.678Z",
        favorited: false,
        favoritesCount: 0,
        author: { username: "jane", bio: null, image: null, following: false },
      },
    });
  });

  it("of equal titles have different slugs", async () => {
    const { write } = await appWithJane();
    const slugs = [await write(ARTICLE), await write(ARTICLE)].map((r) => r.json().article.slug);
    expect(slugs[0]).toBe("a-title");
    expect(slugs[1]).toMatch(/^a-title-[a-z0-9]{6}$/);
  });

  it("are listed without their bodies", async () => {
    const { app, write } = await appWithJane();
    await write(ARTICLE);
    const { articles, articlesCount } = (await app.inject("/api/articles")).json();
    expect(articlesCount).toBe(1);
    expect(articles[0]).toMatchObject({ slug: "a-title" });
    expect(articles[0]).not.toHaveProperty("body");
  });

  it.each([
    ["no token", {}],
    ["a false token", { authorization: "Token a.b.c" }],
  ])("cannot be written with %s, whatever the body", async (_what, headers) => {
    const response = await buildApp(fakeParts()).inject({
      method: "POST",
      url: "/api/articles",
      headers,
      payload: { article: {} },
    });
    expect(response.statusCode).toBe(401);
  });

  it("need a title, a description and a body", async () => {
    const { write } = await appWithJane();
    const response = await write({ title: "", description: " " });
    expect(response.statusCode).toBe(422);
    expect(response.json().errors).toEqual({
      title: ["can't be blank"],
      description: ["can't be blank"],
      body: ["can't be blank"],
    });
  });

  it("blame the list of tags for a tag in it", async () => {
    const { write } = await appWithJane();
    const tagList = ["fine", "x".repeat(51)];
    expect((await write({ ...ARTICLE, tagList })).json().errors).toEqual({
      tagList: ["is too long (maximum is 50 characters)"],
    });
  });

  it.each(["limit=0", "limit=101", "limit=ten", "offset=-1"])(
    "refuse the query %s",
    async (query) => {
      const response = await buildApp(fakeParts()).inject(`/api/articles?${query}`);
      expect(response.statusCode).toBe(422);
    },
  );

  it("that nobody wrote are not found", async () => {
    const response = await buildApp(fakeParts()).inject("/api/articles/none");
    expect(response.statusCode).toBe(404);
    expect(response.json()).toEqual({ errors: { article: ["not found"] } });
  });
});

describe("errors", () => {
  const failingTags = {
    list: () => Promise.reject(new Error("password hunter2 was refused by 10.0.0.5")),
  };

  it("of the server say nothing to the client and everything to the log", async () => {
    const { lines, stream } = collectedLog();
    const logger = { ...loggerOptions, stream };
    const response = await buildApp(fakeParts({ tags: failingTags, logger })).inject("/api/tags");
    expect(response.statusCode).toBe(500);
    expect(response.json()).toEqual({ errors: { server: ["failed to answer this request"] } });
    expect(lines().find(({ msg }) => msg === "request failed")?.err?.message).toContain("10.0.0.5");
  });

  it("of the client's JSON are 400 in the API's shape", async () => {
    const response = await buildApp(fakeParts()).inject({
      method: "POST",
      url: "/api/users",
      headers: { "content-type": "application/json" },
      payload: '{"user":',
    });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({ errors: { body: [expect.stringContaining("JSON")] } });
  });

  it("for a route that is not there are 404 in the API's shape", async () => {
    const response = await buildApp(fakeParts()).inject("/api/nowhere");
    expect(response.statusCode).toBe(404);
    expect(response.json()).toEqual({ errors: { route: ["not found"] } });
  });
});

describe("the log", () => {
  it("has no password and no token, even of an object that is logged whole", async () => {
    const { lines, stream } = collectedLog();
    const app = buildApp(fakeParts({ logger: { ...loggerOptions, stream } }));
    await app.inject(register(JANE));
    app.log.info({ body: { user: { ...JANE, token: "ey.secret" } } }, "whole body");
    app.log.info({ req: { headers: { authorization: "Token ey.secret" } } }, "whole request");
    const text = JSON.stringify(lines());
    expect(text).toContain("whole request");
    expect(text).not.toContain(JANE.password);
    expect(text).not.toContain("ey.secret");
  });
});

interface LogLine {
  readonly msg: string;
  readonly err?: { readonly message: string };
}

function collectedLog() {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  const lines = (): LogLine[] => chunks.map((chunk) => JSON.parse(chunk));
  return { lines, stream };
}
