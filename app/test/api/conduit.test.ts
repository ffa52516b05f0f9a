import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Tokens } from "../../src/tokens.ts";
import { composeTestApp, migrate } from "./migrated-app.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

const JANE = { username: "Jane", email: "Jane@Example.com", password: "password123" };
const PREVIOUS_SECRET = "the secret before, for tests too";

let database: TestDatabase;
let app: Awaited<ReturnType<typeof composeTestApp>>;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database);
  app = await composeTestApp(database, PREVIOUS_SECRET);
});
afterAll(async () => {
  await app?.close();
  await database?.drop();
});
beforeEach(async () => {
  await database.sql`truncate users, articles, article_tags restart identity`;
});

function post(url: string, payload: object, authorization?: string) {
  const headers = authorization === undefined ? {} : { authorization };
  return app.inject({ method: "POST", url, payload, headers });
}

async function signUp(user = JANE): Promise<string> {
  const response = await post("/api/users", { user });
  return `Token ${response.json().user.token}`;
}

async function write(authorization: string, title: string, tagList: string[] = []) {
  const article = { title, description: "About", body: "Text", tagList };
  const response = await post("/api/articles", { article }, authorization);
  expect(response.statusCode).toBe(201);
  return response.json().article;
}

async function titles(query: string): Promise<string[]> {
  const { articles } = (await app.inject(`/api/articles${query}`)).json();
  return articles.map(({ title }: { title: string }) => title);
}

describe("users in Postgres", () => {
  it("who registered can sign in, however the email is capitalised", async () => {
    await signUp();
    const user = { email: "jane@example.COM", password: JANE.password };
    const response = await post("/api/users/login", { user });
    expect(response.statusCode).toBe(200);
    expect(response.json().user).toMatchObject({ username: "Jane", email: "Jane@Example.com" });
  });

  it("are known by the token that they were given", async () => {
    const authorization = await signUp();
    const response = await app.inject({ url: "/api/user", headers: { authorization } });
    expect(response.json().user).toMatchObject({ username: "Jane", bio: null, image: null });
  });

  it("stay signed in after a rotation, and move over to the new secret", async () => {
    await signUp();
    const issuedBefore = await new Tokens(PREVIOUS_SECRET).sign("1");
    const headers = { authorization: `Token ${issuedBefore}` };
    const { user } = (await app.inject({ url: "/api/user", headers })).json();
    expect(user.username).toBe("Jane");
    expect(await new Tokens(PREVIOUS_SECRET).verify(user.token)).toBeUndefined();
  });

  it.each([
    ["username", { ...JANE, username: "JANE", email: "other@example.com" }],
    ["email", { ...JANE, username: "other", email: "JANE@example.com" }],
  ])("cannot take a %s that differs in capitals only", async (field, user) => {
    await signUp();
    const response = await post("/api/users", { user });
    expect(response.statusCode).toBe(409);
    expect(response.json()).toEqual({ errors: { [field]: ["has already been taken"] } });
  });

  it("who register the same name at the same moment get one account", async () => {
    const responses = await Promise.all([1, 2, 3].map(() => post("/api/users", { user: JANE })));
    expect(responses.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409]);
  });

  it("have their passwords stored as salted scrypt", async () => {
    await signUp();
    const [row] = await database.sql<[{ passwordHash: string }]>`select password_hash from users`;
    expect(row.passwordHash).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/);
  });
});

describe("articles in Postgres", () => {
  it("are found again by their slugs", async () => {
    const written = await write(await signUp(), "A title", ["b", "a"]);
    const found = await app.inject("/api/articles/a-title");
    expect(found.json()).toEqual({ article: written });
    expect(written.tagList).toEqual(["b", "a"]);
  });

  it("of one title, written at the same moment, all get slugs of their own", async () => {
    const authorization = await signUp();
    const written = await Promise.all([1, 2, 3, 4].map(() => write(authorization, "Same title")));
    expect(new Set(written.map(({ slug }) => slug)).size).toBe(4);
  });

  it("are listed newest first, page by page, with the count of all", async () => {
    const authorization = await signUp();
    for (const title of ["first", "second", "third"]) await write(authorization, title);
    expect(await titles("")).toEqual(["third", "second", "first"]);
    expect(await titles("?limit=1&offset=1")).toEqual(["second"]);
    const beyond = (await app.inject("/api/articles?offset=9")).json();
    expect(beyond).toEqual({ articles: [], articlesCount: 3 });
  });

  it("are filtered by tag and by author", async () => {
    const jane = await signUp();
    const joe = await signUp({ ...JANE, username: "joe", email: "joe@example.com" });
    await write(jane, "by Jane", ["green"]);
    await write(joe, "by Joe", ["green", "blue"]);
    expect(await titles("?tag=green")).toEqual(["by Joe", "by Jane"]);
    expect(await titles("?tag=blue")).toEqual(["by Joe"]);
    expect(await titles("?author=jane")).toEqual(["by Jane"]);
    expect(await titles("?author=jane&tag=blue")).toEqual([]);
    expect(await titles("?tag=%27%20or%201%3D1")).toEqual([]);
  });

  it("give the list of tags, the most used first", async () => {
    const authorization = await signUp();
    await write(authorization, "one", ["rare", "common"]);
    await write(authorization, "two", ["common", "also rare"]);
    const response = await app.inject("/api/tags");
    expect(response.json()).toEqual({ tags: ["common", "also rare", "rare"] });
  });
});

describe("the pool", () => {
  it("connects again after Postgres has cut every connection", async () => {
    expect((await app.inject("/readyz")).statusCode).toBe(200);
    const [cut] = await database.sql<[{ count: number }]>`
      select count(pg_terminate_backend(pid))::int as count from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`;
    expect(cut.count).toBeGreaterThan(0);
    await expect
      .poll(async () => (await app.inject("/api/tags")).statusCode, { timeout: 5_000 })
      .toBe(200);
  });
});
