import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { confinedOptions, POSTGRES } from "../../components/docker/confinement.ts";
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
    ...["create", "--name", CONTAINER, ...confinedOptions(POSTGRES).split(" ")],
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

/** The command of our container, and its variables. */
async function ours(): Promise<{ words: string[]; variables: string[] }> {
  const { inputs } = named(await record(() => deploy(exampleSettings(), BUILT)), "database");
  return {
    words: [...(inputs["entrypoints"] as string[]), "postgres"],
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
