import { randomBytes } from "node:crypto";
import { type Database, openDatabase } from "../../src/database.ts";

export interface TestDatabase {
  readonly url: string;
  /** A pool of the test's own, beside that of the app under test. */
  readonly sql: Database;
  drop(): Promise<void>;
}

/** A new, empty database on the server of TEST_DATABASE_URL, so that test files share nothing. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = openDatabase(testDatabaseUrl());
  const name = `conduit_test_${randomBytes(6).toString("hex")}`;
  await server`create database ${server(name)}`;

  const url = new URL(testDatabaseUrl());
  url.pathname = `/${name}`;
  const sql = openDatabase(url.href);
  return {
    url: url.href,
    sql,
    async drop() {
      await sql.end();
      await server`drop database ${server(name)} with (force)`;
      await server.end();
    },
  };
}

function testDatabaseUrl(): string {
  const { TEST_DATABASE_URL } = process.env;
  if (TEST_DATABASE_URL) return TEST_DATABASE_URL;
  throw new Error(
    "TEST_DATABASE_URL is missing: set it to a Postgres whose role may create databases and roles, " +
      "for example postgresql://postgres:postgres@127.0.0.1:5432/postgres.",
  );
}
