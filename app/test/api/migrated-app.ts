import { composeApp } from "../../src/compose.ts";
import { applyMigrations, MIGRATIONS_DIRECTORY, readMigrations } from "../../src/migrations.ts";
import type { TestDatabase } from "./test-database.ts";

export const APP_SECRET = "a secret that is for tests alone";

export function composeTestApp(database: TestDatabase, previousAppSecret?: string) {
  return composeApp(
    {
      port: 3000,
      databaseUrl: database.url,
      appSecret: APP_SECRET,
      previousAppSecret,
      release: { version: "test", commit: "test", image: "test" },
    },
    false,
  );
}

export async function migrate(database: TestDatabase): Promise<string[]> {
  const applied: string[] = [];
  const migrations = await readMigrations(MIGRATIONS_DIRECTORY);
  await applyMigrations(database.sql, migrations, (name) => applied.push(name));
  return applied;
}
