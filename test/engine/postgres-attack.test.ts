import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Postgres } from "../../components/docker/postgres.ts";
import { LocalMachine } from "../../components/machine/local-machine.ts";
import type { Script } from "../../components/machine/machine.ts";
import { scriptText } from "../../components/machine/script.ts";
import { dumpScript } from "../../components/postgres/dump.ts";
import { HBA_FOLDER } from "../../components/postgres/hba.ts";
import {
  LOAD_SEED,
  seedArguments,
  seedScript,
  WANTS_SEED,
} from "../../components/postgres/seed.ts";
import { BESIDE_SERVER, type PostgresShell } from "../../components/postgres/shell.ts";
import { PSQL } from "../../ops/targets/docker/one-off.ts";
import { PSQL_AS_LOGIN } from "../../ops/targets/psql-as-login.ts";
import { run } from "../../setup/run.ts";
import { deploy } from "../../stacks/index.ts";
import { POSTGRES_IMAGE } from "../e2e/hosts/cloud-postgres.ts";
import { runbook } from "../e2e/runbook.ts";
import { until } from "../e2e/until.ts";
import { succeed } from "../hosts/succeed.ts";
import { named, record } from "../unit/recorder.ts";
import { resolved } from "../unit/resolved.ts";
import { clusterSettings, PULLED, SECRETS } from "../unit/stacks/example.ts";
import { ATTACK, CAUGHT } from "./postgres-attack.ts";

const ROOT = join(import.meta.dirname, "../..");
const NAME = `slipway-test-attack-${randomBytes(4).toString("hex")}`;
/** As the mocks name what the component makes. */
const CONTAINER = `auto-${NAME}`;
const WEB = `${NAME}-web`;
const PASSWORD = SECRETS.databasePassword;

const folder = mkdtempSync(join(tmpdir(), "slipway-attack-"));
let server: PostgresShell;
/** The step that makes the login, as each target has it. */
let login: { docker: string; kubernetes: string };

beforeAll(async () => {
  const recorded = await record(() => {
    const machine = new LocalMachine("machine");
    const owner = { project: "slipway", stack: NAME };
    const app = { databaseName: "app", ownerRole: "app", password: PASSWORD };
    const place = { machine, owner, network: "network", image: POSTGRES_IMAGE };
    const size = { memory: 1024, diskGiB: undefined };
    const database = { ...place, ...app, size, protect: true, seed: undefined };
    server = new Postgres(NAME, database).server;
  });
  const { inputs } = named(recorded, NAME);
  const inCluster = await record(() => deploy(clusterSettings(), PULLED));
  login = {
    docker: String(named(recorded, `${NAME}-login`).inputs["stdin"]),
    kubernetes: inner(String(named(inCluster, "database-login").inputs["stdin"])),
  };
  await start(inputs as unknown as ContainerInputs);
  await step(login.docker);
  await asApp(ATTACK);
  await succeed("docker", [
    ...["create", "--name", WEB, "--env", "DB_NAME=app", ...labelled("web"), POSTGRES_IMAGE],
  ]);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await run("docker", ["rm", "--force", "--volumes", CONTAINER, WEB]);
});

beforeEach(async () => {
  await sql("postgres", "ALTER ROLE app NOSUPERUSER");
  expect(await superusers()).toBe("postgres");
});

test("The attack works: a superuser who asks the app's database for the size of its tables is caught", async () => {
  await sql("app", "SELECT sum(pg_table_size(oid)) FROM pg_class WHERE relkind = 'r'");
  expect(await superusers()).toBe("app postgres");
});

describe("what a superuser does in a database of an attacker does not run the attacker's code:", () => {
  test("the dump before a migration, on a machine", async () => {
    const script = dumpScript(server, { databaseName: "app", version: "1", keep: 5 });
    await step(await textOf(script));
    expect(await superusers()).toBe("postgres");
  });

  test("the dump before a migration, in a cluster", async () => {
    const script = dumpScript(BESIDE_SERVER, { databaseName: "app", version: "1", keep: 5 });
    await stepBeside(await textOf(script), "apply");
    expect(await superusers()).toBe("postgres");
  });

  test("a new login and the removal of the one before, on a machine", async () => {
    await step(login.docker);
    await step(login.docker, "remove", "app_1");
    expect(await superusers()).toBe("postgres");
    expect(await sql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'app_1'")).toBe(
      "0",
    );
  });

  test("a new login and the removal of the one before, in a cluster", async () => {
    await stepBeside(login.kubernetes, "apply");
    await stepBeside(login.kubernetes, "remove", "app_2");
    expect(await superusers()).toBe("postgres");
    await step(login.docker, "update");
  });

  test("the question whether there is to be a seed", async () => {
    expect((await seed("SELECT 1;")).code).toBe(0);
    expect(await inside(WANTS_SEED, "app")).toBe("no");
    expect(await superusers()).toBe("postgres");
  });

  test("a limit of the database's on the time of a statement does not fail the dump", async () => {
    await asApp("ALTER DATABASE app SET statement_timeout = '1ms'");
    const script = dumpScript(server, { databaseName: "app", version: "1", keep: 5 });
    await step(await textOf(script));
    // Not by a session of that database: it has a millisecond, too.
    await sql("postgres", "ALTER DATABASE app RESET statement_timeout");
  });
});

describe("what somebody does with what the attacker has written does not make a superuser of the attacker:", () => {
  test("`psql` on a machine", async () => {
    const filters = `--filter label=slipway.stack=${NAME}`;
    const args = [filters, "-qXAtc", "SELECT number FROM public.look"];
    const { code, stdout, stderr } = await run("sh", ["-euc", PSQL, "sh", ...args]);
    expect([code, stdout.trim()], stderr).toEqual([0, "7"]);
    expect(await superusers()).toBe("postgres");
  });

  test("`psql` in a cluster", async () => {
    const args = ["app", "-qXAtc", "SELECT number FROM public.look"];
    expect(await inside(PSQL_AS_LOGIN, ...args)).toBe("7");
    expect(await superusers()).toBe("postgres");
  });

  test("a seed of SQL, on a machine", async () => {
    await emptied();
    expect(await seed(CAUGHT)).toEqual({ code: 0, stderr: "" });
    expect(await superusers()).toBe("postgres");
  });

  test("a seed that is a dump, in a cluster", async () => {
    await emptied();
    await sql("postgres", "CREATE DATABASE other OWNER app");
    await withUntrustedExtensions("other");
    await asApp(CAUGHT, "other");
    await inside("pg_dump -Fc -f /tmp/seed.dump other");
    await sql("postgres", "DROP DATABASE other WITH (FORCE)");
    const [bytes = "", checksum = ""] = (
      await inside("wc -c </tmp/seed.dump; sha256sum /tmp/seed.dump | cut -c 1-64")
    ).split("\n");

    const seed = { file: "", format: "dump", bytes: Number(bytes), checksum } as const;
    const words = seedArguments({ databaseName: "app", ownerRole: "app", seed });
    await inside('sh -euc "$@" </tmp/seed.dump', LOAD_SEED, "sh", ...words);
    expect(await superusers()).toBe("postgres");
    expect(await sql("app", "SELECT number FROM public.orders")).toBe("7");
    expect(await untrustedExtensions()).toBe(EXTENSIONS);
  });

  test("the commands of the runbook that go back to a dump", async () => {
    await sql("app", "GRANT INSERT ON public.pg_stat_statements TO app");
    const dump = dumpScript(server, { databaseName: "app", version: "1", keep: 5 });
    await step(await textOf(dump));
    const [, restore = ""] = runbook(
      { folder: ROOT, stack: NAME },
      "Go back to before a migration",
    );
    const { code, stderr } = await run("sh", ["-euc", `database=${CONTAINER}\n${restore}`]);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^Rights that only a superuser can give again: .* pg_stat_statements/m);
    expect(await superusers()).toBe("postgres");
    expect(await sql("app", "SELECT number FROM public.orders")).toBe("7");
    expect(await untrustedExtensions()).toBe(EXTENSIONS);
    await sql("postgres", "DROP DATABASE app_before");
  });
});

/** An extension like PostGIS: only a superuser may create it, and users add to a table of its own. */
const PLACES = `
cd /usr/share/postgresql/18/extension
cat >places.control <<'END'
default_version = '1.0'
relocatable = false
requires = 'citext'
END
cat >places--1.0.sql <<'END'
CREATE TABLE places (name citext PRIMARY KEY, ours boolean);
INSERT INTO places VALUES ('built in', true);
SELECT pg_catalog.pg_extension_config_dump('places', 'WHERE NOT ours');
END`;

async function withUntrustedExtensions(database: string): Promise<void> {
  await succeed("docker", ["exec", "--user", "root", CONTAINER, "sh", "-euc", PLACES]);
  await sql(database, "CREATE EXTENSION pg_stat_statements");
  await sql(database, "CREATE SCHEMA geo AUTHORIZATION app");
  await sql(database, "CREATE EXTENSION places SCHEMA geo CASCADE");
  await sql(database, "INSERT INTO geo.places VALUES ('added', false)");
}

/** Those of the app's database, the places, and whether the app may still write to these. */
const EXTENSIONS = "citext pg_stat_statements places plpgsql, added built in, f";
const untrustedExtensions = () =>
  sql(
    "app",
    `SELECT concat_ws(', ', (SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension),
      (SELECT string_agg(name::text, ' ' ORDER BY name) FROM geo.places),
      has_table_privilege('app', 'geo.places', 'INSERT'))`,
  );

interface ContainerInputs {
  readonly entrypoints: string[];
  readonly command: string[];
  readonly envs: string[];
}

/** As the engine starts it, but for its volume. */
async function start({ entrypoints, command, envs }: ContainerInputs): Promise<void> {
  const [entrypoint = "", ...words] = entrypoints;
  await succeed("docker", [
    ...["create", "--name", CONTAINER, ...labelled("database"), "--entrypoint", entrypoint],
    ...envs.flatMap((one) => ["--env", one]),
    ...["--tmpfs", HBA_FOLDER],
    ...["--tmpfs", "/var/lib/postgresql:size=512m", POSTGRES_IMAGE, ...words, ...command],
  ]);
  await succeed("docker", ["start", CONTAINER]);
  const ready = ["exec", CONTAINER, "pg_isready", "--quiet", "--host", "127.0.0.1"];
  await until(async () => (await run("docker", ready)).code === 0, "Postgres answers");
}

const labelled = (role: string) => [
  ...["--label", `slipway.stack=${NAME}`, "--label", `slipway.role=${role}`],
];

/** A step as a machine takes it. */
async function step(text: string, part = "apply", printed?: string): Promise<void> {
  const env = { PULUMI_COMMAND_STDOUT: printed ?? "" };
  const { code, stderr } = await run("sh", ["-s", part, "test"], { input: text, env });
  expect(code, stderr).toBe(0);
}

const textOf = (script: Script) => resolved(scriptText(script));

/** A step as a cluster takes it: all of it is in the container of the server. */
async function stepBeside(text: string, part: string, printed?: string): Promise<void> {
  const shell = ["exec", "--interactive", "--user", "postgres", CONTAINER, "sh", "-s"];
  const { code, stderr } = await run("docker", [...shell, part, word(printed)], { input: text });
  expect(code, stderr).toBe(0);
}

/** What the shell in the container reads, of what the machine that runs Pulumi does. */
const inner = (text: string) => /<<'(\w+)' .*\n([\s\S]*)\n\1\n/.exec(text)?.[2] ?? "";

const word = (printed: string | undefined) =>
  printed === undefined ? "test" : `=${btoa(`${printed}\n`)}`;

/** A script beside the server, as its user; @returns what it printed. */
async function inside(script: string, ...words: string[]): Promise<string> {
  const shell = ["exec", "--user", "postgres", CONTAINER, "sh", "-euc", script, "sh"];
  // What a pod is told has the name of the database in the place of the name of the shell.
  const given = script === PSQL_AS_LOGIN ? shell.slice(0, -1) : shell;
  return await succeed("docker", [...given, ...words]);
}

const sql = (database: string, statement: string) =>
  succeed("docker", [
    ...["exec", "--user", "postgres", CONTAINER],
    ...["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement],
  ]);

/** What the app can do: over the network, with its password, by the login of the moment. */
async function asApp(statements: string, database = "app"): Promise<void> {
  const newest = "SELECT max(rolname) FROM pg_roles WHERE rolname ~ '^app_[0-9]+$'";
  const user = await sql("postgres", newest);
  const psql = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", user];
  const options = ["--interactive", "--env", `PGPASSWORD=${PASSWORD}`];
  await succeed("docker", ["exec", ...options, CONTAINER, ...psql, "-d", database], {
    input: statements,
  });
}

const superusers = () =>
  sql("postgres", "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolsuper");

async function emptied(): Promise<void> {
  await sql("postgres", "DROP DATABASE app WITH (FORCE)");
  await sql("postgres", "CREATE DATABASE app OWNER app");
}

async function seed(content: string) {
  const file = join(folder, "seed");
  writeFileSync(file, content);
  const checksum = createHash("sha256").update(content).digest("hex");
  const seed = { file, format: "sql", bytes: Buffer.byteLength(content), checksum } as const;
  const script = seedScript(server, { databaseName: "app", ownerRole: "app", seed });
  const functions = `on_host() { "$@"; }\n${script.functions}`;
  const input = await textOf({ ...script, functions });
  const { code, stderr } = await run("sh", ["-s", "apply"], { input });
  return { code, stderr };
}
