import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Postgres } from "../../components/docker/postgres.ts";
import { LocalMachine } from "../../components/machine/local-machine.ts";
import { scriptText } from "../../components/machine/script.ts";
import { DUMPS_FOLDER, dumpScript } from "../../components/postgres/dump.ts";
import { type SeedArgs, seedScript } from "../../components/postgres/seed.ts";
import type { PostgresShell } from "../../components/postgres/shell.ts";
import { run } from "../../setup/run.ts";
import { POSTGRES_IMAGE } from "../e2e/hosts/cloud-postgres.ts";
import { until } from "../e2e/until.ts";
import { succeed } from "../hosts/succeed.ts";
import { record } from "../unit/recorder.ts";
import { resolved } from "../unit/resolved.ts";

const CONTAINER = `slipway-test-dump-${randomBytes(4).toString("hex")}`;

const folder = mkdtempSync(join(tmpdir(), "slipway-seed-"));

let server: PostgresShell;
beforeAll(async () => {
  server = { ...(await shellOfOurs()), values: { SERVER_CONTAINER: CONTAINER } };
  await succeed("docker", [
    ...["run", "--detach", "--name", CONTAINER, "--env", "POSTGRES_HOST_AUTH_METHOD=trust"],
    // As small as it can be, so that it is soon full.
    ...["--tmpfs", "/var/lib/postgresql:size=256m", POSTGRES_IMAGE],
  ]);
  const ready = ["exec", CONTAINER, "pg_isready", "--quiet", "--host", "127.0.0.1"];
  await until(async () => (await run("docker", ready)).code === 0, "Postgres answers");
  await sql("postgres", "CREATE ROLE shop");
  await sql("postgres", "CREATE ROLE shop_1 LOGIN IN ROLE shop");
  await sql("postgres", "ALTER ROLE shop_1 SET role = shop");
  await sql("postgres", "CREATE ROLE nobody_here");
  await sql("postgres", "CREATE DATABASE shop OWNER shop");
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await run("docker", ["rm", "--force", "--volumes", CONTAINER]);
});

describe("a seed", () => {
  const owners = async (database: string) =>
    await sql(
      database,
      "SELECT string_agg(tablename || ' of ' || tableowner, ', ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'",
    );

  test("that fails in its middle leaves an empty database, though it ends its transaction itself", async () => {
    const broken = "CREATE TABLE a (id int); COMMIT; SELECT * FROM no_such_table;";
    const { code, stderr } = await seed(broken);
    expect(code, stderr).toBe(1);
    expect(stderr).toContain(
      "The seed (slipway:databaseSeed) could not be loaded, and the database is empty as before",
    );
    expect(stderr).toContain('relation "no_such_table" does not exist');
    expect(await owners("shop")).toBe("");
  });

  test("that did not arrive whole is not loaded", async () => {
    const { code, stderr } = await seed("CREATE TABLE a (id int);", { checksum: "0".repeat(64) });
    expect([code, stderr]).toEqual([1, expect.stringContaining("it did not arrive as it is")]);
    expect(await owners("shop")).toBe("");
  });

  test("is loaded into an empty database as its owner, and nobody but those may connect", async () => {
    expect(await seed("CREATE TABLE orders AS SELECT 7 AS number;")).toEqual({
      code: 0,
      stderr: "",
    });
    expect(await owners("shop")).toBe("orders of shop");
    expect(
      await sql("shop", "SELECT has_database_privilege('nobody_here', 'shop', 'CONNECT')"),
    ).toBe("f");
  });

  test("is not loaded into one that has something", async () => {
    expect(await seed("DROP TABLE orders; CREATE TABLE other (id int);")).toEqual({
      code: 0,
      stderr: "",
    });
    expect(await owners("shop")).toBe("orders of shop");
  });

  test("of pg_dump is loaded as well, for the owner, whoever owned it", async () => {
    await inside("pg_dump -Fc -f /tmp/seed.dump shop");
    await sql("postgres", "DROP DATABASE shop");
    await sql("postgres", "CREATE DATABASE shop OWNER shop");
    const dumped = await run("docker", ["exec", CONTAINER, "base64", "-w0", "/tmp/seed.dump"]);
    const end = await seed(Buffer.from(dumped.stdout, "base64"), { format: "dump" });
    expect(end).toEqual({ code: 0, stderr: "" });
    expect(await owners("shop")).toBe("orders of shop");
  });

  test("that was killed before its last word is in its place at the next try", async () => {
    await sql("postgres", "ALTER DATABASE shop RENAME TO shop_seed");
    expect(await seed("SELECT 1;")).toEqual({ code: 0, stderr: "" });
    expect(await owners("shop")).toBe("orders of shop");
    await sql("shop", "DROP TABLE orders");
  });

  test.each([
    [
      "CREATE EXTENSION IF NOT EXISTS pg_stat_statements WITH SCHEMA public;",
      "Of a dump Slipway creates it:\npg_dump --format=custom --no-owner --file=seed.dump DATABASE. " +
        "Or leave it out: add --exclude-extension=pg_stat_statements.",
    ],
    [
      "CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public;",
      "The image of Postgres has no extension postgis. Take one that has:\n" +
        "pulumi config set --path images.postgres IMAGE. Or leave it out of the dump: pg_dump --exclude-extension=postgis.",
    ],
  ])(
    "of SQL with an extension that its login can't create says what to type: %s",
    async (sqlText, says) => {
      await sql("postgres", "DROP DATABASE shop");
      await sql("postgres", "CREATE DATABASE shop OWNER shop");
      const { code, stderr } = await seed(sqlText);
      expect(code, stderr).toBe(1);
      expect(stderr).toContain(says);
    },
  );
});

test("A database in which nothing is yet has no dump", async () => {
  expect(await dump("1")).toEqual({ code: 0, stderr: "" });
  expect(await dumps()).toEqual([]);
});

test("A dump has all of the database, and its name the version that is about to migrate", async () => {
  await sql("shop", "CREATE TABLE orders AS SELECT 7 AS number");
  expect(await dump("1.0.0-rc.1+build_2")).toEqual({ code: 0, stderr: "" });

  const [name = "", ...more] = await dumps();
  expect(name).toMatch(/^\d{8}T\d{6}Z-before-1\.0\.0-rc\.1\+build_2\.dump$/);
  expect(more).toEqual([]);
  expect(await inside(`pg_restore --file=- --data-only '${DUMPS_FOLDER}/${name}'`)).toContain(
    "\n7\n",
  );
});

test("Nobody but the server's user reads it", async () => {
  expect(await inside(`stat --format '%U %a' ${DUMPS_FOLDER} ${DUMPS_FOLDER}/*`)).toBe(
    "postgres 700\npostgres 600",
  );
});

describe("going back to a dump", () => {
  const restore = async (...words: string[]) => {
    const script = ["sh", `${DUMPS_FOLDER}/.restore.sh`, ...words];
    return await run("docker", ["exec", "--user", "postgres", CONTAINER, ...script]);
  };
  const newest = async () => `${DUMPS_FOLDER}/${(await dumps()).at(-1)}`;
  const number = async () => await sql("shop", "SELECT number FROM orders");
  const databases = () =>
    sql(
      "postgres",
      "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate",
    );

  test("makes the database what it was then, and keeps what it was since", async () => {
    await sql("shop", "UPDATE orders SET number = 8");
    const { code, stdout, stderr } = await restore("shop", await newest());
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("what it was is shop_before.");
    expect([await number(), await databases()]).toEqual(["7", "postgres shop shop_before"]);
    expect(await sql("shop", "SELECT tableowner FROM pg_tables WHERE tablename = 'orders'")).toBe(
      "shop",
    );
    expect(
      await sql("shop", "SELECT has_database_privilege('nobody_here', 'shop', 'CONNECT')"),
    ).toBe("f");
  });

  test("is refused while there is a database that it would have to remove", async () => {
    await sql("shop", "UPDATE orders SET number = 9");
    const { code, stderr } = await restore("shop", await newest());
    expect([code, stderr]).toEqual([1, expect.stringContaining("dropdb shop_before")]);
    expect(await number()).toBe("9");
    await sql("postgres", "DROP DATABASE shop_before");
  });

  // All but the first are read by `pg_restore --list`.
  test.each([
    ["that is SQL", "pg_dump shop >"],
    ["that is cut off at its end", `head -c -20 ${DUMPS_FOLDER}/*-before-1.0.0-*.dump >`],
    ["that is cut off after its list", `head -c 1200 ${DUMPS_FOLDER}/*-before-1.0.0-*.dump >`],
    ["that is not there", "rm -f"],
  ])("is refused by a file %s, before anything is done", async (_, write) => {
    await inside(`${write} /tmp/broken.dump`);
    const { code, stderr } = await restore("shop", "/tmp/broken.dump");
    expect(code, stderr).toBe(1);
    expect(stderr).toContain("/tmp/broken.dump is no whole dump of pg_dump --format=custom: ");
    expect(stderr).toContain("The database shop is as it was.");
    expect([await number(), await databases()]).toEqual(["9", "postgres shop"]);
  });

  test("that can't be restored leaves the database as it is", async () => {
    await sql("postgres", "CREATE DATABASE other OWNER shop");
    await sql("other", "CREATE FUNCTION most() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 9'");
    await sql("other", "CREATE TABLE few (number int CHECK (number < public.most()))");
    await sql("other", "INSERT INTO few VALUES (7)");
    await sql(
      "other",
      "CREATE OR REPLACE FUNCTION most() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 5'",
    );
    await inside("pg_dump -Fc -f /tmp/other.dump other; dropdb other");
    const { code, stderr } = await restore("shop", "/tmp/other.dump");
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('violates check constraint "few_number_check"');
    expect(stderr).toContain("The database shop is as it was.");
    expect([await number(), await databases()]).toEqual(["9", "postgres shop"]);
  });

  test.each([
    ["a database that is not the app's", 1, ["postgres"], "postgres is none of Slipway's"],
    ["one that is not there", 1, ["no_such"], "no_such is none of Slipway's"],
    ["a name for what it makes", 2, ["shop", "postgres"], "Usage: "],
  ])("is refused with %s", async (_, refused, words, says) => {
    const { code, stderr } = await restore(...words, await newest());
    expect([code, stderr]).toEqual([refused, expect.stringContaining(says)]);
    expect([await number(), await databases()]).toEqual(["9", "postgres shop"]);
  });

  afterAll(() => sql("shop", "UPDATE orders SET number = 7"));
});

test("After a migration the newest ones stay, as many as there are to be, and what a killed run had begun goes", async () => {
  await inside(`touch ${DUMPS_FOLDER}/.unfinished-1 ${DUMPS_FOLDER}/by-hand.dump`);
  for (const version of ["2", "3", "4"]) await migration(version, 2);
  expect(await versions()).toEqual(["3", "4"]);
  expect(await dumps()).toContain("by-hand.dump");
  expect(await inside(`ls -A ${DUMPS_FOLDER} | grep '^[.]' || :`)).toBe(".restore.sh");
});

test("Of a series of failures the dump before it stays, and the newest; after it, until the next success", async () => {
  for (const version of ["5", "6", "7", "8"]) await dump(version, 2);
  expect(await versions()).toEqual(["3", "4", "5", "8"]);
  await migration("9", 1);
  expect(await versions()).toEqual(["5", "9"]);
  await migration("10", 2);
  expect(await versions()).toEqual(["9", "10"]);
});

test("The dump that was just taken is the last one and stays, though a clock was ahead before", async () => {
  await inside(
    `rm ${DUMPS_FOLDER}/*; touch ${DUMPS_FOLDER}/20991231T235959Z-before-ahead.dump ${DUMPS_FOLDER}/20240101T000000Z-before-old.dump`,
  );
  await migration("11", 2);
  expect(await versions()).toEqual(["ahead", "11"]);
  await migration("12", 1);
  expect(await versions()).toEqual(["12"]);
});

test("It fails, says why and leaves nothing half-done when there may be no room for it", async () => {
  await inside(
    "head -c $(($(df -P -B1 /var/lib/postgresql | awk 'NR==2 {print $4}') - 40000000)) /dev/zero >/var/lib/postgresql/filled",
  );
  const before = await dumps();
  const { code, stderr } = await dump("5");
  await inside("rm /var/lib/postgresql/filled");

  expect(code, stderr).toBe(1);
  expect(stderr).toMatch(
    /so nothing was migrated: it may need \d+ MiB, and 38 are free where the database is\. Make room there, or do without: pulumi config set backupKeep 0\./,
  );
  expect(await dumps()).toEqual(before);
});

test("It fails with what Postgres says when that can't be asked", async () => {
  const { code, stderr } = await dump("5", 5, "no_such_database");
  expect(code, stderr).toBe(1);
  expect(stderr).toContain('database "no_such_database" does not exist');
});

/** As the component of the database has it. */
async function shellOfOurs(): Promise<PostgresShell> {
  const made: PostgresShell[] = [];
  await record(() => {
    const machine = new LocalMachine("machine");
    const owner = { project: "slipway", stack: "test" };
    const app = { databaseName: "shop", ownerRole: "shop", password: "a password" };
    const place = { machine, owner, network: "network", image: POSTGRES_IMAGE };
    const size = { memory: 1024, diskGiB: undefined };
    const database = { ...place, ...app, size, protect: true, seed: undefined };
    made.push(new Postgres("it", database).server);
  });
  return made[0] as PostgresShell;
}

/** One that succeeds. */
async function migration(version: string, keep: number): Promise<void> {
  const { succeeded, ...script } = dumpScript(server, { databaseName: "shop", version, keep });
  const apply = `${script.apply}\n${succeeded}`;
  const input = await resolved(scriptText({ ...script, apply }));
  expect(await run("sh", ["-s", "apply"], { input })).toMatchObject({ code: 0, stderr: "" });
}

/** Of the dumps before migrations, the oldest first. */
const versions = async () =>
  (await dumps()).flatMap((name) => /^[\dTZ]+-before-(.*)[.]dump$/.exec(name)?.[1] ?? []);

async function dump(version: string, keep = 5, databaseName = "shop") {
  const input = await resolved(scriptText(dumpScript(server, { databaseName, version, keep })));
  const { code, stderr } = await run("sh", ["-s", "apply"], { input });
  return { code, stderr };
}

async function seed(content: string | Buffer, changes: Partial<SeedArgs["seed"]> = {}) {
  const file = join(folder, "seed");
  writeFileSync(file, content);
  const bytes = Buffer.byteLength(content);
  const checksum = createHash("sha256").update(content).digest("hex");
  const args = { databaseName: "shop", ownerRole: "shop" };
  const script = seedScript(server, {
    ...args,
    seed: { file, format: "sql", bytes, checksum, ...changes },
  });
  // As a machine that is this one has it.
  const functions = `on_host() { "$@"; }\n${script.functions}`;
  const input = await resolved(scriptText({ ...script, functions }));
  const { code, stderr } = await run("sh", ["-s", "apply"], { input });
  return { code, stderr };
}

async function dumps(): Promise<string[]> {
  const names = await inside(`ls ${DUMPS_FOLDER} 2>/dev/null || :`);
  return names.split("\n").filter(Boolean);
}

const sql = (database: string, statement: string) =>
  succeed("docker", [
    ...["exec", "--user", "postgres", CONTAINER, "psql"],
    ...["-qXAt", "-d", database, "-c", statement],
  ]);

const inside = async (script: string) =>
  (await succeed("docker", ["exec", "--user", "postgres", CONTAINER, "sh", "-euc", script])).trim();
