import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { type Database, openDatabase } from "./database.ts";
import { EnvError, readDatabaseUrl } from "./env.ts";

const FOLDER = join(import.meta.dirname, "..", "migrations");
/** Any number does that other users of the same database do not take as well. */
const MIGRATION_LOCK = 4_710_816;

class MigrationError extends Error {}

try {
  await migrate(readDatabaseUrl(process.env));
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

async function migrate(databaseUrl: string): Promise<void> {
  const sql = openDatabase(databaseUrl, 1);
  try {
    const applied = await applyMissing(sql);
    console.log(applied.length === 0 ? "nothing to do" : `applied ${applied.join(", ")}`);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** All files that are missing, in the order of their names, or, when one fails, none. */
function applyMissing(sql: Database): Promise<string[]> {
  return sql.begin(async (transaction) => {
    // A second run at the same time waits here, and then finds nothing to do.
    await transaction`select pg_advisory_xact_lock(${MIGRATION_LOCK})`;
    await transaction`create table if not exists schema_migrations (name text primary key)`;
    // Whoever waits for a table's lock makes every later query on that table wait behind it: better
    // give up, while the version before goes on serving.
    await transaction`set local lock_timeout = '10s'`;
    const applied = await transaction<{ name: string }[]>`select name from schema_migrations`;
    const names = (await readdir(FOLDER)).sort();
    const missing = names.filter((name) => !applied.some((one) => one.name === name));
    for (const name of missing) {
      await applyFile(transaction, name);
      await transaction`insert into schema_migrations (name) values (${name})`;
    }
    return missing;
  });
}

async function applyFile(sql: postgres.TransactionSql, name: string): Promise<void> {
  const text = await readFile(join(FOLDER, name), "utf8");
  try {
    await sql.unsafe(text).simple();
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error;
    throw new MigrationError(`${name} failed: ${error.message}. Nothing was applied.`);
  }
}

/** A line for what people can mend themselves; the stack for what is a fault of this program. */
function explain(error: unknown): string {
  if (error instanceof EnvError || error instanceof MigrationError) {
    return `migrate: ${error.message}`;
  }
  if (error instanceof Error && "code" in error) {
    return `migrate: the database cannot be used: ${error.message || String(error.code)}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
