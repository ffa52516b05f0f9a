import type { DumpArgs } from "../components/postgres/dump.ts";
import type { DatabaseSettings } from "./settings.ts";

/** The dump that precedes the migration to a version, of a server of ours alone; undefined where none is wanted. */
export function dumpBefore<Server>(
  version: string,
  database: DatabaseSettings,
  server: Server | undefined,
): (DumpArgs & { readonly server: Server }) | undefined {
  if (database.kind !== "container" || database.dumpsKept === 0) return undefined;
  if (server === undefined) return undefined;
  return { server, databaseName: database.name, version, keep: database.dumpsKept };
}
