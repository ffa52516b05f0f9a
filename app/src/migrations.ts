import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import type { Database } from "./database.ts";

export const MIGRATIONS_DIRECTORY = join(import.meta.dirname, "..", "migrations");

export interface Migration {
  /** `0001_users.sql` */
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** A refusal or a failure that is told to whoever migrates, without a stack. */
export class MigrationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MigrationError";
  }
}

interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
}

const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;
// Any number does that other users of the same database do not take as well.
const ADVISORY_LOCK = 7_246_001;
const UNDEFINED_TABLE = "42P01";

export async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).sort();
  rejectUnclearOrder(names);
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(directory, name), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

/**
 * Applies what is missing, in order, each file in its own transaction. Any number of runs may
 * happen at once: every step takes the lock and then looks anew at what is left to do.
 */
export async function applyMigrations(
  sql: Database,
  migrations: readonly Migration[],
  onApplied: (name: string) => void,
): Promise<void> {
  let applied: string | undefined;
  do {
    applied = await sql.begin((transaction) => applyNext(transaction, migrations));
    if (applied !== undefined) onApplied(applied);
  } while (applied !== undefined);
}

/** Those of `names` that the database does not have. */
export async function pendingMigrations(
  sql: Database,
  names: readonly string[],
): Promise<string[]> {
  const applied = new Set(await appliedNames(sql));
  return names.filter((name) => !applied.has(name));
}

async function appliedNames(sql: Database): Promise<string[]> {
  try {
    const rows = await sql<{ name: string }[]>`select name from schema_migrations`;
    return rows.map(({ name }) => name);
  } catch (error) {
    if (error instanceof postgres.PostgresError && error.code === UNDEFINED_TABLE) return [];
    throw error;
  }
}

async function applyNext(
  sql: postgres.TransactionSql,
  migrations: readonly Migration[],
): Promise<string | undefined> {
  // The pool's time limit is meant for requests: a migration takes as long as it takes, and a
  // second run waits for the lock as long as the first one's longest file.
  await sql`set local statement_timeout = 0`;
  await sql`select pg_advisory_xact_lock(${ADVISORY_LOCK})`;
  await sql`
    create table if not exists schema_migrations (
      name text primary key,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`;
  const applied = await sql<AppliedMigration[]>`select name, checksum from schema_migrations`;
  const [next] = pendingAfterChecks(migrations, applied);
  if (next === undefined) return undefined;
  await applyOne(sql, next);
  return next.name;
}

async function applyOne(sql: postgres.TransactionSql, migration: Migration): Promise<void> {
  // Whoever waits for a table's lock makes every later query on that table wait behind it, so
  // give up early: the release stops and the old version goes on serving.
  await sql`set local lock_timeout = '10s'`;
  try {
    await sql.unsafe(migration.sql).simple();
  } catch (error) {
    throw error instanceof postgres.PostgresError ? failureOf(migration, error) : error;
  }
  await sql`
    insert into schema_migrations (name, checksum)
    values (${migration.name}, ${migration.checksum})`;
}

function pendingAfterChecks(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
): Migration[] {
  const checksums = new Map(applied.map(({ name, checksum }) => [name, checksum]));
  const isApplied = ({ name }: Migration) => checksums.has(name);
  const lastApplied = migrations.findLast(isApplied);
  const pending = migrations.filter((migration) => !isApplied(migration));

  const edited = migrations.find((m) => isApplied(m) && checksums.get(m.name) !== m.checksum);
  if (edited !== undefined) {
    throw new MigrationError(
      `${edited.name} was edited after it had been applied. ` +
        "Restore its text and put the change into a new migration.",
    );
  }
  const late = pending.find(({ name }) => lastApplied !== undefined && name < lastApplied.name);
  if (late !== undefined) {
    throw new MigrationError(
      `${late.name} comes before ${lastApplied?.name}, which is already applied. ` +
        "Give it a number after that one.",
    );
  }
  return pending;
}

function rejectUnclearOrder(names: readonly string[]): void {
  const namesByNumber = new Map<string, string>();
  for (const name of names) {
    const number = FILE_NAME.exec(name)?.[1];
    if (number === undefined) {
      throw new MigrationError(
        `${name} is not named like a migration. Name it like 0001_add_users.sql.`,
      );
    }
    const other = namesByNumber.get(number);
    if (other !== undefined) {
      throw new MigrationError(`${other} and ${name} have the same number. Renumber one of them.`);
    }
    namesByNumber.set(number, name);
  }
}

function failureOf(migration: Migration, error: postgres.PostgresError): MigrationError {
  const line = lineAt(migration.sql, Number(error.position));
  const lines = [
    `${migration.name}${line} failed: ${error.message} (SQLSTATE ${error.code})`,
    error.detail && `Detail: ${error.detail}`,
    error.hint && `Hint: ${error.hint}`,
    "Nothing of this file was applied. Correct it and run again.",
  ];
  return new MigrationError(lines.filter(Boolean).join("\n"));
}

/** Postgres counts characters from 1; people look for lines. */
function lineAt(sql: string, position: number): string {
  if (!(position >= 1)) return "";
  return `, line ${sql.slice(0, position - 1).split("\n").length},`;
}
