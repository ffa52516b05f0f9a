import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { DatabaseSeed } from "../components/postgres/seed.ts";
import type { ConfigReader } from "./config-reader.ts";

const PROJECT_ROOT = resolve(import.meta.dirname, "..");
/** With what every file of `pg_dump -Fc` begins. */
const DUMP_BEGINS = "PGDMP";
const CHUNK_BYTES = 1024 * 1024;

/** What an empty database is to begin with, where it is one of ours. */
export function readSeed(reader: ConfigReader, database: string): DatabaseSeed | undefined {
  const path = reader.optional("databaseSeed", /^[^\n\r\0]+$/, "the path of a file");
  if (path === undefined) return undefined;
  if (database !== "container") {
    reader.problem(
      `slipway:databaseSeed is set, and slipway:database is "${database}"; Slipway loads a seed into a ` +
        '"container" alone. Load it into another one yourself, before the first migration.',
      "pulumi config rm databaseSeed",
    );
    return undefined;
  }
  const file = resolve(PROJECT_ROOT, path);
  if (!isFile(file)) {
    reader.problem(
      `slipway:databaseSeed is "${path}"; there is no such file.`,
      "pulumi config set databaseSeed FILE",
    );
    return undefined;
  }
  return seedIn(file);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** In pieces: a dump may be larger than what fits into memory. */
function seedIn(file: string): DatabaseSeed {
  const hash = createHash("sha256");
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const handle = openSync(file, "r");
  let begins = "";
  let bytes = 0;
  try {
    for (;;) {
      const count = readSync(handle, chunk);
      if (count === 0) break;
      if (bytes === 0) begins = chunk.toString("latin1", 0, DUMP_BEGINS.length);
      hash.update(chunk.subarray(0, count));
      bytes += count;
    }
  } finally {
    closeSync(handle);
  }
  return {
    // Relative to where the program runs, so that the state is the same on every machine.
    file: relative(process.cwd(), file),
    format: begins === DUMP_BEGINS ? "dump" : "sql",
    bytes,
    checksum: hash.digest("hex"),
  };
}
