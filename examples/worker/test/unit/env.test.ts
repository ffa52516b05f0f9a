import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readDatabaseUrl, readPort, readTickSeconds } from "../../src/env.ts";

const url = "postgresql://a:b@c/d";

test("The database's address is read from a file without its last line break", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "worker-example-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "DATABASE_URL");
  writeFileSync(path, `${url}\n`);
  assert.equal(readDatabaseUrl({ DATABASE_URL_FILE: path }), url);
  assert.equal(readDatabaseUrl({ DATABASE_URL: url }), url);
});

test("An address that is missing, given twice or unreadable is refused with what to do", () => {
  assert.throws(() => readDatabaseUrl({}), /missing: set DATABASE_URL, or DATABASE_URL_FILE/);
  assert.throws(
    () => readDatabaseUrl({ DATABASE_URL: url, DATABASE_URL_FILE: "/nowhere" }),
    /both set: keep one/,
  );
  assert.throws(
    () => readDatabaseUrl({ DATABASE_URL_FILE: "/nowhere" }),
    /names \/nowhere, which cannot be read \(ENOENT\)/,
  );
});

test("A number that is none, or out of bounds, is refused", () => {
  assert.equal(readPort({}), 3000);
  assert.equal(readTickSeconds({ TICK_SECONDS: "5" }), 5);
  for (const PORT of ["0", "65536", "80a", "-1", "1.5"]) {
    assert.throws(() => readPort({ PORT }), /set it to a number from 1 to 65535/);
  }
});
