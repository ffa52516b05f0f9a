import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureOfflineImages, offlineImages } from "../../../offline/images/index.ts";
import { chosenTools } from "../../../ops/tools.ts";
import { docker } from "../clone.ts";
import { until } from "../until.ts";

const EXAMPLES = join(import.meta.dirname, "../../../examples");
const OFFICIAL = { node: "node:24", postgres: "postgres:18.6", python: "python:3.14-slim" };
const images = chosenTools().images === "offline" ? offlineImages : OFFICIAL;

const network = `slipway-test-${randomBytes(4).toString("hex")}`;
const database = `${network}-database`;

beforeAll(async () => {
  if (images === offlineImages) {
    const { node, postgres, python } = offlineImages;
    await ensureOfflineImages(() => undefined, undefined, [node, postgres, python]);
  }
  docker("network", "create", network);
  const options = ["--network", network, "--network-alias", "database"];
  const data = ["--tmpfs", "/var/lib/postgresql", "--env", "POSTGRES_PASSWORD=postgres"];
  docker("run", "--detach", "--name", database, ...options, ...data, images.postgres);
  await until(isReady, "the database answers");
});
afterAll(() => {
  docker("rm", "--force", "--volumes", database);
  docker("network", "rm", network);
});

test("The tests of the Flask app pass, as its README says to run them", () => {
  const output = run(
    "flask-hello",
    images.python,
    `python3.14 -m venv .venv
    .venv/bin/pip install --quiet --require-hashes --requirement requirements-dev.txt
    .venv/bin/pytest`,
  );
  expect(output).toMatch(/=+ [1-9]\d* passed in /);
});

test("The tests of the worker pass, those that need a database too", () => {
  const output = run(
    "worker",
    images.node,
    `npm ci --no-audit --no-fund
    npm test
    TEST_DATABASE_URL=postgresql://postgres:postgres@database/postgres npm run test:database`,
  );
  expect(output.match(/^. pass [1-9]\d*$/gm)).toHaveLength(2);
  expect(output.match(/^. fail 0$/gm)).toHaveLength(2);
});

/** Runs lines of a shell beside the files of an example, in its base image; @returns what they printed. */
function run(example: string, image: string, lines: string): string {
  const name = `${network}-${example}`;
  const folder = join(EXAMPLES, example);
  docker(
    "create",
    "--name",
    name,
    "--network",
    network,
    "--workdir",
    "/srv",
    image,
    "sh",
    "-euc",
    lines,
  );
  try {
    const files = "git ls-files --cached --others --exclude-standard";
    const copy = `${files} | tar --create --files-from=- | docker cp - ${name}:/srv`;
    execFileSync("bash", ["-o", "pipefail", "-c", copy], { cwd: folder, stdio: "pipe" });
    const started = spawnSync("docker", ["start", "--attach", name], { encoding: "utf8" });
    const output = started.stdout + started.stderr;
    expect(started.status, output).toBe(0);
    return output;
  } finally {
    docker("rm", "--force", "--volumes", name);
  }
}

/** Over TCP: while the image makes the database, its server answers on the socket only. */
function isReady(): boolean {
  const command = ["exec", database, "pg_isready", "--quiet", "--host", "127.0.0.1"];
  return spawnSync("docker", command).status === 0;
}
