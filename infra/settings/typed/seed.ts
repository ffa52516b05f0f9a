import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { DatabaseSeed } from "../../../components/postgres/seed.ts";
import type { Context } from "./context.ts";

const PROJECT_ROOT = resolve(import.meta.dirname, "../../..");
/** With what every file of `pg_dump -Fc` begins. */
const DUMP_BEGINS = "PGDMP";
const CHUNK_BYTES = 1024 * 1024;

/** The beginning of an empty database. */
export function seedOf({ values, problem }: Context): DatabaseSeed | undefined {
  const path = values.databaseSeed;
  if (path === undefined) return undefined;
  const file = resolve(PROJECT_ROOT, path);
  if (isFile(file)) return seedIn(file);
  problem({
    setting: "databaseSeed",
    text: `slipway:databaseSeed is "${path}"; there is no such file.`,
    command: "pulumi config set databaseSeed FILE",
  });
  return undefined;
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
