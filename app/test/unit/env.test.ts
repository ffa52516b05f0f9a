import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseMigrateEnv, parseServerEnv } from "../../src/env.ts";

const folder = mkdtempSync(join(tmpdir(), "conduit-env-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const DATABASE_URL = "postgresql://app:p%40ss@db:5432/conduit";
const APP_SECRET = "s".repeat(32);

describe("the server's environment", () => {
  it("needs a database and a secret only, and has a default for the rest", () => {
    expect(parseServerEnv({ DATABASE_URL, APP_SECRET })).toEqual({
      port: 3000,
      databaseUrl: DATABASE_URL,
      appSecret: APP_SECRET,
      previousAppSecret: undefined,
      release: { version: "unknown", commit: "unknown", image: "unknown" },
    });
  });

  it("takes each secret from the file that NAME_FILE names, without its last line break", () => {
    const env = parseServerEnv({
      DATABASE_URL_FILE: file("url", `${DATABASE_URL}\n`),
      APP_SECRET_FILE: file("secret", `${APP_SECRET}\r\n`),
      PREVIOUS_APP_SECRET_FILE: file("previous", "the old one\n"),
    });
    expect(env).toMatchObject({
      databaseUrl: DATABASE_URL,
      appSecret: APP_SECRET,
      previousAppSecret: "the old one",
    });
  });

  it.each([["empty"], ["only a line break", "\n"]])(
    "takes a previous secret's file that is %s for no previous secret",
    (_what, content = "") => {
      const PREVIOUS_APP_SECRET_FILE = file("none", content);
      const env = parseServerEnv({ DATABASE_URL, APP_SECRET, PREVIOUS_APP_SECRET_FILE });
      expect(env.previousAppSecret).toBeUndefined();
    },
  );

  it("names every problem in one message", () => {
    expect(() => parseServerEnv({ PORT: "http" })).toThrow(
      [
        "The environment is not usable:",
        '  - PORT is "http": set it to a number from 1 to 65535.',
        "  - DATABASE_URL is missing: set DATABASE_URL, or DATABASE_URL_FILE to the path of a file with it.",
        "  - APP_SECRET is missing: set APP_SECRET, or APP_SECRET_FILE to the path of a file with it.",
      ].join("\n"),
    );
  });

  it("refuses a value and a file for the same secret", () => {
    expect(() =>
      parseServerEnv({ DATABASE_URL, APP_SECRET, APP_SECRET_FILE: file("both", APP_SECRET) }),
    ).toThrow("APP_SECRET and APP_SECRET_FILE are both set: keep one of them.");
  });

  it("says which file cannot be read, and why", () => {
    expect(() => parseServerEnv({ DATABASE_URL, APP_SECRET_FILE: "/nowhere/secret" })).toThrow(
      "APP_SECRET_FILE names /nowhere/secret, which cannot be read (ENOENT).",
    );
  });

  it("refuses a secret too short for HS256, without showing it", () => {
    const read = () => parseServerEnv({ DATABASE_URL, APP_SECRET: "hunter2" });
    expect(read).toThrow("APP_SECRET is shorter than 32 bytes");
    expect(read).not.toThrow("hunter2");
  });

  it.each(["mysql://app:hunter2@db/conduit", "postgresql://app:hunter2@db", "hunter2"])(
    "refuses the database address %s, without showing it",
    (address) => {
      const read = () => parseServerEnv({ DATABASE_URL: address, APP_SECRET });
      expect(read).toThrow("DATABASE_URL is not of the form postgresql://");
      expect(read).not.toThrow("hunter2");
    },
  );

  it.each(["0", "65536", "3000.5", "-1", "0x50"])("refuses port %s", (PORT) => {
    expect(() => parseServerEnv({ DATABASE_URL, APP_SECRET, PORT })).toThrow(`PORT is "${PORT}"`);
  });
});

describe("the migration's environment", () => {
  it("needs no app secret", () => {
    expect(parseMigrateEnv({ DATABASE_URL })).toEqual({ databaseUrl: DATABASE_URL });
  });
});
