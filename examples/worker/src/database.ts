import postgres from "postgres";

export type Database = ReturnType<typeof openDatabase>;

/** Connects when first used, and again by itself after Postgres was away. */
export function openDatabase(databaseUrl: string, connections: number) {
  return postgres(databaseUrl, {
    max: connections,
    connect_timeout: 5,
    // The driver's own pause grows to 20 s, in which a Postgres that is back would go unused.
    backoff: (attempt) => Math.min(0.1 * 2 ** attempt, 1),
    connection: { application_name: "worker-example" },
    transform: { column: { from: postgres.toCamel } },
    onnotice: () => {},
  });
}
