import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { offlineImages } from "../../../offline/images/index.ts";
import { readToolChoice } from "../../../ops/tools.ts";
import { Clone, docker } from "../clone.ts";
import { article, ask, register } from "../conduit-client.ts";
import { setConfig } from "../config.ts";
import { until } from "../until.ts";

const HOST = "db.example.org";
const PASSWORD = "the password of: somebody else's database";
const IMAGE = readToolChoice()?.images === "offline" ? offlineImages.postgres : "postgres:18.6";

const name = `slipway-test-postgres-${randomBytes(4).toString("hex")}`;
const folder = mkdtempSync(join(tmpdir(), "slipway-external-"));
// The user of Postgres reads it.
chmodSync(folder, 0o755);
let clone: Clone;

beforeAll(async () => {
  certificate("server");
  certificate("other");
  startPostgres();
  await until(isReady, "the database elsewhere answers", 60);
  psql(`CREATE ROLE shop LOGIN PASSWORD '${PASSWORD.replaceAll("'", "''")}'`);
  psql("CREATE DATABASE shop OWNER shop");

  clone = await Clone.make();
  setConfig(clone, {
    database: "external",
    databaseHost: HOST,
    databaseName: "shop",
    databaseUser: "shop",
    databaseCa: readFileSync(join(folder, "other.pem"), "utf8"),
    drainSeconds: "1",
  });
});
afterAll(async () => {
  docker("rm", "--force", "--volumes", name);
  await clone?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test("A host that is not there is named, and nothing is released", async () => {
  const { code, output } = await clone.slipway(["start"]);
  expect(code, output).toBe(1);
  expect(output).toContain(`could not translate host name "${HOST}"`);
  expect(output).toContain(`The database shop at ${HOST}:5432 did not let shop in`);

  const [network = ""] = docker("network", "ls", "--format={{.Name}}", ...filters()).split("\n");
  docker("network", "connect", "--alias", HOST, network, name);
  await clone.setSecret("databasePassword", PASSWORD);
});

test("A server that the authority in config does not vouch for is refused, and nothing is released", async () => {
  const { code, output } = await clone.slipway(["start"]);
  expect(code, output).toBe(1);
  expect(output).toContain("certificate verify failed");
  expect(output).toContain("did not let shop in over verified TLS");
  expect(output).not.toContain(PASSWORD);
  expect(docker("ps", "-q", ...filters("web"))).toBe("");
});

test("With the right one the app migrates it and works on it, over TLS", async () => {
  setConfig(clone, { databaseCa: readFileSync(join(folder, "server.pem"), "utf8") });
  const { code, output } = await clone.slipway(["start"]);
  expect(code, output).toBe(0);
  const token = await register(clone.url);
  await ask(clone.url, "/api/articles", { token, body: article("Elsewhere", "tls") });
  expect(psql("SELECT title FROM articles", "shop")).toBe("Elsewhere");
  const encrypted =
    "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'shop'";
  expect(psql(encrypted)).toBe("t");
  expect(docker("ps", "-aq", ...filters("database"))).toBe("");
  const asked = await clone.slipway(["psql", "-s", clone.stack, "--", "-qAtc", "SELECT user"]);
  expect(asked.output.trim()).toBe("shop");
});

test("A wrong password ends the run with the database's own words, and the app serves on", async () => {
  await clone.setSecret("databasePassword", "not the password");
  const { code, output } = await clone.slipway(["start"]);
  expect(code, output).toBe(1);
  expect(output).toContain('password authentication failed for user "shop"');
  expect((await fetch(`${clone.url}/readyz`)).status).toBe(200);
  await clone.setSecret("databasePassword", PASSWORD);
});

test("A destroy with the data of the stack leaves a database elsewhere as it is", async () => {
  const [network = ""] = docker("network", "ls", "--format={{.Name}}", ...filters()).split("\n");
  docker("network", "disconnect", network, name);
  expect((await clone.slipway(["destroy", "--data", "--yes", clone.stack])).code).toBe(0);
  expect(psql("SELECT title FROM articles", "shop")).toBe("Elsewhere");
});

const filters = (role?: string) => [
  `--filter=label=slipway.stack=${clone.stack}`,
  ...(role === undefined ? [] : [`--filter=label=slipway.role=${role}`]),
];

function startPostgres(): void {
  const tls = [
    "-c",
    "ssl=on",
    "-c",
    "ssl_cert_file=/tls/server.pem",
    "-c",
    "ssl_key_file=/tls/server.key",
  ];
  const files = ["--entrypoint", "sh", "--env", "POSTGRES_PASSWORD=only-over-the-socket"];
  // Postgres refuses a key that others than its user can read.
  const command = 'chown postgres /tls/server.key && exec docker-entrypoint.sh postgres "$@"';
  docker("create", "--name", name, ...files, IMAGE, "-c", command, "sh", ...tls);
  docker("cp", folder, `${name}:/tls`);
  docker("start", name);
}

/** Over TCP: while the image makes the database, its server answers on the socket only. */
function isReady(): boolean {
  try {
    docker("exec", name, "pg_isready", "--quiet", "--host", "127.0.0.1");
    return true;
  } catch {
    return false;
  }
}

function psql(statement: string, database = "postgres"): string {
  const command = ["psql", "-qXAt", "-U", "postgres", "-d", database, "-c", statement];
  return docker("exec", "--user", "postgres", name, ...command);
}

function certificate(file: string): void {
  const options = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const names = ["-days", "2", "-subj", `/CN=${file}`, "-addext", `subjectAltName=DNS:${HOST}`];
  const files = ["-keyout", join(folder, `${file}.key`), "-out", join(folder, `${file}.pem`)];
  execFileSync("openssl", ["req", ...options, ...names, ...files], { stdio: "ignore" });
}
