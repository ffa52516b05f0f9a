import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Clone, docker, type Ended, thingsOf } from "./clone.ts";
import { writeSmallApp } from "./small-app.ts";

let clone: Clone;
let first: Ended;

beforeAll(async () => {
  clone = await Clone.make();
  writeSmallApp(clone);
  clone.commit("a small app");
  first = await clone.slipway(["start"]);
});

afterAll(async () => {
  await clone.remove();
});

test("Where nothing was ever started, a stop and a destroy say so", async () => {
  const untouched = await Clone.make();
  const stopped = await untouched.slipway(["stop"]);
  const destroyed = await untouched.slipway(["destroy", "--data", "--yes", untouched.stack]);
  await untouched.remove();
  expect(stopped).toEqual({ code: 0, output: `✓ The stack ${untouched.stack} is not up.\n` });
  expect(destroyed).toEqual({
    code: 0,
    output: `✓ The stack ${untouched.stack} has nothing to remove.\n`,
  });
});

test("A first start deploys, and ends with the address, the version there and what to try next", async () => {
  expect(first.output).toContain(`http://localhost:${clone.port} answers with version`);
  expect(first.output).toContain(`npm run pulumi -- preview -s ${clone.stack}`);
  expect(first.code).toBe(0);
  expect((await fetch(clone.url)).status).toBe(200);
});

test("A first start makes the passphrase, for its owner alone, the state, and secrets that are encrypted", () => {
  expect(statSync(own("passphrase")).mode & 0o777).toBe(0o600);
  expect(statSync(own("state")).mode & 0o777).toBe(0o700);
  expect(existsSync(own("state/.pulumi"))).toBe(true);
  const config = readFileSync(join(clone.folder, `Pulumi.${clone.stack}.yaml`), "utf8");
  for (const key of ["databasePassword", "appSecret"]) {
    expect(config).toMatch(new RegExp(`slipway:${key}:\\s+secure: v1:`));
  }
});

test("Git ignores all that a start makes", () => {
  const made = ["Pulumi.local.yaml", ".slipway/passphrase", ".slipway/state", ".slipway/lock.json"];
  expect(git("check-ignore", "--no-index", ...made).split("\n")).toEqual(made);
  // Only the stack `local` is private to a machine; the stack of this test was committed before.
  expect(git("status", "--porcelain")).toBe(`M Pulumi.${clone.stack}.yaml`);
});

test("A second start changes nothing, says so, and takes its own Nginx for what it is", async () => {
  const config = readFileSync(join(clone.folder, `Pulumi.${clone.stack}.yaml`), "utf8");
  const passphrase = readFileSync(own("passphrase"), "utf8");
  const containers = idsOf("ps");
  const began = Date.now();

  const { code, output } = await clone.slipway(["start"]);

  console.log(`A second start took ${((Date.now() - began) / 1000).toFixed(1)} s.`);
  expect(output).toContain("✓ Nothing to change: ");
  expect(output).toContain(`http://localhost:${clone.port} answers with version`);
  expect(code, output).toBe(0);
  expect(idsOf("ps")).toEqual(containers);
  expect(readFileSync(own("passphrase"), "utf8")).toBe(passphrase);
  expect(readFileSync(join(clone.folder, `Pulumi.${clone.stack}.yaml`), "utf8")).toBe(config);
});

test("What a hand has removed or stopped comes back with the next start", async () => {
  const [web, ingress, database] = ["web", "ingress", "database"].map((role) =>
    idsOf("ps", `--filter=label=slipway.role=${role}`),
  );
  docker("rm", "--force", web ?? "");
  docker("rm", "--force", ingress ?? "");
  docker("volume", "rm", `slipway-${clone.stack}-ingress-conf`);
  docker("stop", "--time=30", database ?? "");

  const { code, output } = await clone.slipway(["start"]);

  for (const change of ["web-1 is gone", "ingress is gone", "database does not run"]) {
    expect(output).toContain(`  container ${change}.`);
  }
  expect(output).toContain("  volume ingress-conf is gone.");
  expect(output).toContain(`http://localhost:${clone.port} answers with version`);
  expect(code, output).toBe(0);
  expect((await fetch(clone.url)).status).toBe(200);
});

test("A database that a hand took off its network is on it again with the next start", async () => {
  const database = idsOf("ps", "--filter=label=slipway.role=database");
  const networks = docker(
    "inspect",
    "--format={{range $n, $_ := .NetworkSettings.Networks}}{{$n}} {{end}}",
    database,
  );
  for (const network of networks.trim().split(" ")) {
    docker("network", "disconnect", network, database);
  }
  const status = await clone.slipway(["status", "-s", clone.stack]);
  expect(status.code, status.output).toBe(1);
  expect(status.output).toContain("The container database is cut off its network.");

  const { code, output } = await clone.slipway(["start"]);

  expect(output).toContain("  container database is cut off its network.");
  expect(code, output).toBe(0);
  expect((await fetch(`${clone.url}/api/tags`)).status).toBe(200);
});

test("A start says that the app answers only when it does", async () => {
  const ingress = idsOf("ps", "--filter=label=slipway.role=ingress");
  const inConf = (command: string) =>
    docker("exec", "--workdir=/etc/nginx/conf.d", ingress, "sh", "-euc", command);
  inConf("cp release.conf kept; sed -i 's/:[0-9]*/:9/' release.conf; nginx -q -s reload");

  const { code, output } = await clone.slipway(["start"]);
  inConf("mv kept release.conf; nginx -q -s reload");

  expect(output).toMatch(/does not answer as it should\. It answered: HTTP 502/);
  expect(output).toContain(`./slipway logs -s ${clone.stack}`);
  expect(output).not.toContain("answers with version");
  expect(code, output).toBe(1);
});

test("The command and each verb explain themselves, and a verb that is none is refused", async () => {
  const help = await clone.slipway(["--help"]);
  expect(help.output).toContain("Usage: ./slipway COMMAND");
  expect(help.code).toBe(0);
  for (const verb of ["start", "stop", "destroy", "test"]) {
    expect(help.output).toContain(`  ${verb} `);
    const { code, output } = await clone.slipway([verb, "--help"]);
    expect(output).toContain(`Usage: ./slipway ${verb} [options]`);
    expect(code, output).toBe(0);
  }
  const { code, output } = await clone.slipway(["strat"]);
  expect(output).toBe(
    'slipway: There is no command "strat". Did you mean start? `./slipway --help` lists them.\n',
  );
  expect(code, output).toBe(2);
});

test("A destroy without --data removes nothing and names both lines to type", async () => {
  const before = thingsOf(clone.stack);
  const { code, output } = await clone.slipway(["destroy"]);
  expect(output).toContain("type `npm run destroy -- --data`; to keep the data, type `npm stop`.");
  expect(code, output).toBe(2);
  expect(thingsOf(clone.stack)).toEqual(before);
});

test("A stop keeps the volume of the database, the images and nothing else; a start goes on with it", async () => {
  const volume = `slipway-${clone.stack}-database`;
  docker("exec", databaseContainer(), "touch", "/var/lib/postgresql/mark");

  const stopped = await clone.slipway(["stop"]);
  expect(stopped.output).toContain("is down; its data is kept");
  expect(stopped.code).toBe(0);
  const [kept, ...images] = thingsOf(clone.stack);
  expect(kept).toBe(`volume ${volume}`);
  expect(images).not.toEqual([]);
  for (const image of images) expect(image).toMatch(/^image /);

  const again = await clone.slipway(["stop"]);
  expect(again.output).toContain(`✓ The stack ${clone.stack} is not up.`);
  expect(again.code).toBe(0);

  const { code, output } = await clone.slipway(["start"]);
  expect(code, output).toBe(0);
  expect((await fetch(clone.url)).status).toBe(200);
  expect(docker("exec", databaseContainer(), "ls", "/var/lib/postgresql")).toContain("mark");
});

test("A destroy with --data leaves nothing, and a second one says that there is nothing", async () => {
  const { code, output } = await clone.slipway(["destroy", "--data", "--yes", clone.stack]);
  expect(output).toContain(`✓ The stack ${clone.stack} is gone, and so is its data.`);
  expect(code, output).toBe(0);
  expect(thingsOf(clone.stack)).toEqual([]);

  const second = await clone.slipway(["destroy", "--data", "--yes", clone.stack]);
  expect(second.output).toContain(`✓ The stack ${clone.stack} has nothing to remove.`);
  expect(second.code).toBe(0);
});

const own = (path: string) => join(clone.folder, ".slipway", path);

const git = (...args: string[]) =>
  execFileSync("git", ["-C", clone.folder, ...args], { encoding: "utf8" }).trim();

const idsOf = (...args: string[]) =>
  docker(...args, "--no-trunc", "--quiet", `--filter=label=slipway.stack=${clone.stack}`);

const databaseContainer = () => idsOf("ps", "--filter=label=slipway.role=database");
