import postgres from "postgres";

export type Database = ReturnType<typeof openDatabase>;

/**
 * A pool that connects when first used, and again by itself after Postgres was away.
 * Ids are bigint, which the driver hands over as strings: they stay opaque text throughout.
 */
export function openDatabase(databaseUrl: string) {
  return postgres(databaseUrl, {
    max: 10,
    connect_timeout: 5,
    idle_timeout: 60,
    // The driver's own pause grows to 20 s, in which a Postgres that is back would go unused.
    backoff: (attempt) => Math.min(0.1 * 2 ** attempt, 1),
    connection: { application_name: "conduit", statement_timeout: 15_000 },
    transform: { column: { from: postgres.toCamel } },
    onnotice: () => {},
  });
}
