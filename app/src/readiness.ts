import type { Database } from "./database.ts";
import { pendingMigrations } from "./migrations.ts";
import type { ReadinessCheck } from "./routes/operations.ts";

const DEADLINE_MS = 3_000;

/**
 * Ready means: the database answers, and has every migration of this image. It may have more:
 * after a rollback the schema is newer than the image, and the old image must serve all the same.
 */
export function databaseReadiness(
  sql: Database,
  migrationNames: readonly string[],
  onError: (error: unknown) => void,
): ReadinessCheck {
  return async () => {
    try {
      const pending = await withinDeadline(pendingMigrations(sql, migrationNames));
      return pending.length === 0 ? undefined : `pending migrations: ${pending.join(", ")}`;
    } catch (error) {
      onError(error);
      return "the database cannot be used";
    }
  };
}

async function withinDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`The database did not answer within ${DEADLINE_MS} ms.`));
    }, DEADLINE_MS);
  });
  try {
    return await Promise.race([work, overdue]);
  } finally {
    clearTimeout(timer);
  }
}
