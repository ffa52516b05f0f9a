import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/database.ts";
import { applyMigrations, readMigrations } from "../../src/migrations.ts";
import { composeTestApp, migrate } from "./migrated-app.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

const MIGRATE = join(import.meta.dirname, "..", "..", "src", "migrate.ts");

let database: TestDatabase;
let folder: string;

beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "conduit-migrations-"));
});
afterEach(async () => {
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Writes the files, runs the whole folder, and tells what was applied. */
async function run(files: Record<string, string>): Promise<string[]> {
  for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql);
  const applied: string[] = [];
  await applyMigrations(database.sql, await readMigrations(folder), (name) => applied.push(name));
  return applied;
}

async function tables(): Promise<string[]> {
  const rows = await database.sql<{ tablename: string }[]>`
    select tablename from pg_tables where schemaname = 'public' order by tablename`;
  return rows.map(({ tablename }) => tablename);
}

function runCommand(databaseUrl: string) {
  return new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
    const env = { DATABASE_URL: databaseUrl };
    execFile(process.execPath, [MIGRATE], { env }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe("migrations", () => {
  it("are applied once, in the order of their numbers", async () => {
    const files = {
      "0002_fill.sql": "insert into things values (1);",
      "0001_things.sql": "create table things (id int);",
    };
    expect(await run(files)).toEqual(["0001_things.sql", "0002_fill.sql"]);
    expect(await run({})).toEqual([]);
    expect(await database.sql`select id from things`).toEqual([{ id: 1 }]);
  });

  it("that fail leave nothing of their file, keep those before it, and can be run again", async () => {
    const failing = run({
      "0001_things.sql": "create table things (id int);",
      "0002_more.sql": "create table more (id int);\ninsert into mroe values (1);",
    });
    await expect(failing).rejects.toThrow(
      '0002_more.sql, line 2, failed: relation "mroe" does not exist (SQLSTATE 42P01)',
    );
    expect(await tables()).toEqual(["schema_migrations", "things"]);
    expect(await run({ "0002_more.sql": "create table more (id int);" })).toEqual([
      "0002_more.sql",
    ]);
  });

  it("of several runs at once are each applied by one of them", async () => {
    const runs = await Promise.all([migrate(database), migrate(database), migrate(database)]);
    expect(runs.flat().sort()).toEqual(["0001_users.sql", "0002_articles.sql"]);
  });

  it("that were edited after they had been applied are refused", async () => {
    await run({ "0001_things.sql": "create table things (id int);" });
    const edited = run({ "0001_things.sql": "create table things (id bigint);" });
    await expect(edited).rejects.toThrow("0001_things.sql was edited after it had been applied.");
  });

  it("that come before an applied one are refused", async () => {
    await run({ "0002_things.sql": "create table things (id int);" });
    const late = run({ "0001_late.sql": "create table late (id int);" });
    await expect(late).rejects.toThrow(
      "0001_late.sql comes before 0002_things.sql, which is already applied.",
    );
  });

  it("that an older image does not have are no reason to refuse it", async () => {
    await run({ "0001_things.sql": "select 1;", "0002_newer.sql": "select 2;" });
    await rm(join(folder, "0002_newer.sql"));
    expect(await run({})).toEqual([]);
  });

  it.each([
    ["1_short.sql", "is not named like a migration"],
    ["0001-dash.sql", "is not named like a migration"],
    ["0001_twice.sql", "0001_things.sql and 0001_twice.sql have the same number"],
  ])("of a folder with %s are refused before any is applied", async (name, message) => {
    const files = { "0001_things.sql": "create table things (id int);", [name]: "select 1;" };
    await expect(run(files)).rejects.toThrow(message);
    expect(await tables()).toEqual([]);
  });

  it("give up soon where a table is in use, so that nobody queues up behind them", async () => {
    await run({ "0001_things.sql": "create table things (id int);" });
    const limit = run({
      "0002_limit.sql": "create table seen as select current_setting('lock_timeout') as value;",
    });
    await limit;
    expect(await database.sql`select value from seen`).toEqual([{ value: "10s" }]);
  });
});

describe("node src/migrate.ts", () => {
  it("prints what it applied, and then that nothing is left to do", async () => {
    expect(await runCommand(database.url)).toEqual({
      exitCode: 0,
      stdout: "applied 0001_users.sql\napplied 0002_articles.sql\n",
      stderr: "",
    });
    expect(await runCommand(database.url)).toEqual({
      exitCode: 0,
      stdout: "nothing to do: all 2 migrations were applied before\n",
      stderr: "",
    });
  });

  it("fails with the file's name and the SQL error", async () => {
    await database.sql`create table users (id int)`;
    const { exitCode, stderr } = await runCommand(database.url);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'migrate: 0001_users.sql failed: relation "users" already exists (SQLSTATE 42P07)',
    );
  });

  it("fails when Postgres cannot be reached, without showing the password", async () => {
    const { exitCode, stderr } = await runCommand("postgresql://app:hunter2@127.0.0.1:1/conduit");
    expect(exitCode).toBe(1);
    expect(stderr).toBe("migrate: the database cannot be used: connect ECONNREFUSED 127.0.0.1:1\n");
  });

  it("gives everything to the role that the login acts as", async () => {
    const suffix = new URL(database.url).pathname.slice(-12);
    const [owner, login] = [`owner_${suffix}`, `login_${suffix}`];
    const { sql } = database;
    await sql`create role ${sql(owner)} nologin`;
    await sql`create role ${sql(login)} login password 'for-this-test' in role ${sql(owner)}`;
    await sql`alter role ${sql(login)} set role ${sql(owner)}`;
    await sql`grant create, usage on schema public to ${sql(owner)}`;
    try {
      const url = new URL(database.url);
      Object.assign(url, { username: login, password: "for-this-test" });
      expect(await runCommand(url.href)).toMatchObject({ exitCode: 0, stderr: "" });
      const owners =
        await sql`select distinct tableowner from pg_tables where schemaname = 'public'`;
      expect(owners).toEqual([{ tableowner: owner }]);
    } finally {
      await sql`drop owned by ${sql(owner)}, ${sql(login)}`;
      await sql`drop role ${sql(login)}, ${sql(owner)}`;
    }
  });
});

describe("/readyz", () => {
  it("turns from 503 to 200 when the migrations have run", async () => {
    const app = await composeTestApp(database);
    try {
      const before = await app.inject("/readyz");
      expect(before.statusCode).toBe(503);
      expect(before.json().reason).toBe("pending migrations: 0001_users.sql, 0002_articles.sql");
      await migrate(database);
      expect((await app.inject("/readyz")).statusCode).toBe(200);
    } finally {
      await app.close();
    }
  });

  it("is 503 without details when the database does not answer", async () => {
    const gone = { ...database, url: "postgresql://app:hunter2@127.0.0.1:1/conduit" };
    const app = await composeTestApp(gone);
    const response = await app.inject("/readyz");
    expect(response.statusCode).toBe(503);
    expect(response.json().reason).toBe("the database cannot be used");
    await app.close();
  });

  it("is 200 for an older image on a newer schema, as after a rollback", async () => {
    await migrate(database);
    const newer = openDatabase(database.url);
    await newer`insert into schema_migrations (name, checksum) values ('9999_newer.sql', 'x')`;
    await newer.end();
    const app = await composeTestApp(database);
    expect((await app.inject("/readyz")).statusCode).toBe(200);
    await app.close();
  });
});
