import { openDatabase } from "./database.ts";
import { EnvError, parseMigrateEnv } from "./env.ts";
import {
  applyMigrations,
  MIGRATIONS_DIRECTORY,
  MigrationError,
  readMigrations,
} from "./migrations.ts";

try {
  const env = parseMigrateEnv(process.env);
  await migrate(env.databaseUrl);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

async function migrate(databaseUrl: string): Promise<void> {
  const migrations = await readMigrations(MIGRATIONS_DIRECTORY);
  const sql = openDatabase(databaseUrl);
  let appliedCount = 0;
  try {
    await applyMigrations(sql, migrations, (name) => {
      appliedCount += 1;
      console.log(`applied ${name}`);
    });
    if (appliedCount === 0) {
      console.log(`nothing to do: all ${migrations.length} migrations were applied before`);
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** A line for what people can mend themselves; the stack for what is a fault of this program. */
function explain(error: unknown): string {
  if (error instanceof EnvError) return error.message;
  if (error instanceof MigrationError) return `migrate: ${error.message}`;
  if (error instanceof Error && "code" in error) {
    return `migrate: the database cannot be used: ${error.message || String(error.code)}`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
