import type { FastifyServerOptions } from "fastify";
import { buildApp } from "./app.ts";
import { openDatabase } from "./database.ts";
import type { ServerEnv } from "./env.ts";
import { MIGRATIONS_DIRECTORY, readMigrations } from "./migrations.ts";
import { databaseReadiness } from "./readiness.ts";
import { postgresArticles } from "./repositories/articles.ts";
import { postgresTags } from "./repositories/tags.ts";
import { postgresUsers } from "./repositories/users.ts";
import { Tokens } from "./tokens.ts";

/** The app on its Postgres. Closing the app closes the pool, after the last request is answered. */
export async function composeApp(env: ServerEnv, logger: FastifyServerOptions["logger"]) {
  const migrations = await readMigrations(MIGRATIONS_DIRECTORY);
  const sql = openDatabase(env.databaseUrl);
  const app = buildApp({
    users: postgresUsers(sql),
    articles: postgresArticles(sql),
    tags: postgresTags(sql),
    tokens: new Tokens(env.appSecret, env.previousAppSecret),
    release: env.release,
    checkReadiness: databaseReadiness(
      sql,
      migrations.map(({ name }) => name),
      (error) => app.log.warn({ err: error }, "the database cannot be used"),
    ),
    logger,
  });
  app.addHook("onClose", () => sql.end({ timeout: 5 }));
  return app;
}
