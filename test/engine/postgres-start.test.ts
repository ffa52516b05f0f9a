import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { confinedOptions, postgresConfinement } from "../../components/docker/confinement.ts";
import { run } from "../../setup/run.ts";
import { deploy } from "../../stacks/index.ts";
import { POSTGRES_IMAGE } from "../e2e/hosts/cloud-postgres.ts";
import { until } from "../e2e/until.ts";
import { succeed } from "../hosts/succeed.ts";
import { named, record } from "../unit/recorder.ts";
import { BUILT, exampleSettings } from "../unit/stacks/example.ts";

const CONTAINER = `slipway-test-start-${randomBytes(4).toString("hex")}`;

beforeAll(async () => {
  const {
    words: [entrypoint, ...words],
    variables,
  } = await ours();
  await succeed("docker", [
    ...[
      "create",
      "--name",
      CONTAINER,
      ...confinedOptions(postgresConfinement({ memory: 1024, diskGiB: undefined })).split(" "),
    ],
    ...variables.map((variable) => `--env=${variable}`),
    ...["--volume", "/var/lib/postgresql", "--entrypoint", entrypoint ?? "", POSTGRES_IMAGE],
    ...words,
  ]);
});
afterAll(() => run("docker", ["rm", "--force", "--volumes", CONTAINER]));

test("A first start that is killed while it makes the data is begun anew, and later ones keep the data", async () => {
  await succeed("docker", ["start", CONTAINER]);
  await until(() => succeeds("ls /var/lib/postgresql/*/*/PG_VERSION"), "the data is being made");
  await succeed("docker", ["kill", CONTAINER]);

  await started();
  await sql("CREATE TABLE orders AS SELECT 7 AS number");
  await succeed("docker", ["kill", CONTAINER]);

  await started();
  expect(await sql("SELECT number FROM orders")).toBe("7");
  expect(await succeed("docker", ["exec", CONTAINER, "ls", "/var/lib/postgresql/18"])).toBe(
    "docker",
  );
});

const FACTS = `
CREATE TABLE facts AS SELECT id, repeat(md5(id::text), 8) AS text FROM generate_series(1, 280000) AS id;
ANALYZE facts;`;
/** A query of two workers, with more memory than 64 MiB between them. */
const PARALLEL = `
SET work_mem = '128MB';
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET enable_mergejoin = off;
EXPLAIN (ANALYZE, BUFFERS OFF) SELECT max(a.text || b.text) FROM facts AS a JOIN facts AS b USING (id);`;

test("A parallel query may share more than the 64 MiB that a container has by itself", async () => {
  await sql(FACTS);
  const plan = await sql(PARALLEL);
  expect(plan).toContain("Workers Launched: 2");
  expect(Number(/Parallel Hash .*[\s\S]*?Memory Usage: (\d+)kB/.exec(plan)?.[1])).toBeGreaterThan(
    64 * 1024,
  );
});

test("150 connections at once are served, within the memory of the container", async () => {
  await sql("CREATE ROLE app_1 LOGIN");
  await succeed("docker", ["exec", "--user", "postgres", CONTAINER, "sh", "-euc", MANY]);
  const state = ["inspect", "--format", "{{.State.OOMKilled}}", CONTAINER];
  expect(await succeed("docker", state)).toBe("false");
});
/** Each of them opens its connection before the first has ended. */
const MANY = `echo "SELECT count(*) FROM pg_class, pg_sleep(0.5);" >/tmp/one.sql
exec pgbench --client=150 --transactions=1 --no-vacuum --file=/tmp/one.sql -U app_1 postgres`;

test("What somebody has set by ALTER SYSTEM counts, and then what we set", async () => {
  await sql("ALTER SYSTEM SET work_mem = '7MB'");
  await succeed("docker", ["restart", CONTAINER]);
  await started();
  expect(await sql("SHOW work_mem; SHOW shared_buffers; SHOW hba_file")).toBe(
    "7MB\n256MB\n/etc/slipway/pg_hba.conf",
  );
});

/** The command of our container, and its variables. */
async function ours(): Promise<{ words: string[]; variables: string[] }> {
  const { inputs } = named(await record(() => deploy(exampleSettings(), BUILT)), "database");
  return {
    words: [...(inputs["entrypoints"] as string[]), ...(inputs["command"] as string[])],
    variables: inputs["envs"] as string[],
  };
}

async function started(): Promise<void> {
  await succeed("docker", ["start", CONTAINER]);
  await until(() => succeeds("pg_isready --quiet --host 127.0.0.1"), "Postgres answers");
}

const succeeds = async (script: string) =>
  (await run("docker", ["exec", CONTAINER, "sh", "-c", script])).code === 0;

const sql = (statement: string) =>
  succeed("docker", [
    ...["exec", "--user", "postgres", CONTAINER, "psql"],
    ...["-qXAt", "-c", statement],
  ]);
