import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Clone } from "../e2e/clone.ts";

// Nobody's, and yet such as the stand-ins refuse.
const REAL_LOOKING = {
  DIGITALOCEAN_TOKEN: `dop_v1_${"0".repeat(64)}`,
  GOOGLE_OAUTH_ACCESS_TOKEN: "ya29.nobodys",
  GOOGLE_CREDENTIALS: JSON.stringify({ type: "authorized_user", refresh_token: "1//nobodys" }),
  PULUMI_CONFIG_PASSPHRASE: "not that of the state that is thrown away",
};

const LEAVE_A_FILE = `import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
mkdtempSync(tmpdir() + "/left-");`;

let clone: Clone;
let temporary: string;
beforeAll(async () => {
  clone = await Clone.make();
  temporary = join(clone.folder, ".slipway", "temporary");
  mkdirSync(temporary);
  // As the npm does that the official language host may run: it keeps a cache in the temporary folder.
  const program = join(clone.folder, "infra", "index.ts");
  writeFileSync(program, `${LEAVE_A_FILE}\n${readFileSync(program, "utf8")}`);
  clone.commit("leave a temporary file");
});
afterAll(() => rmSync(clone.folder, { recursive: true, force: true }));

const preview = (...args: string[]) =>
  clone.slipway(["preview-example", ...args], { ...REAL_LOOKING, TMPDIR: temporary });

test.each([
  [["dev"], "DigitalOcean droplet\n"],
  [["dev", "host=gce", "gcpProject=acme-dev"], "Google instance\n"],
])("%j is shown as a tree, without the credentials of the environment", async (args, machine) => {
  const { code, output } = await preview(...args);
  expect(code, output).toBe(0);
  expect(output).toMatch(/^\+ machine /m);
  expect(output).toContain(machine);
  expect(output).toMatch(/^ {2}\+ web-2 /m);
  expect(output).toMatch(/^\d+ to create in 12 components, 2 of them protected\.$/m);
});

test.each([
  [["dev"], "DigitalOcean Postgres", "DigitalOcean database cluster"],
  [["dev", "host=gce", "gcpProject=acme-dev"], "Cloud SQL Postgres", "Google database instance"],
])("%j with a managed database shows that it is protected", async (args, component, database) => {
  const { code, output } = await preview(...args, "database=managed");
  expect(code, output).toBe(0);
  expect(output).toMatch(new RegExp(`^\\+ database +${component}$`, "m"));
  expect(output).toMatch(new RegExp(`^ {2}\\+ database +${database}, protected$`, "m"));
  expect(output).toMatch(/^\+ database-login +Postgres login$/m);
});

test.each([
  [["prod"], undefined],
  [["prod", "clusterMode=standard"], "cluster-pool"],
])("%j is shown as a tree: cluster, database, ingress and app", async (args, pool) => {
  const { code, output } = await preview(...args);
  expect(code, output).toBe(0);
  expect(output).toMatch(/^\+ cluster +GKE cluster$/m);
  expect(output).toMatch(/^ {2}\+ cluster +Google cluster, protected$/m);
  expect(output).toMatch(/^ {2}\+ database-data +persistent volume claim, protected$/m);
  expect(output).toMatch(/^\+ ingress +Nginx ingress controller$/m);
  expect(output).toMatch(/^ {2}\+ web +deployment$/m);
  expect(/^ {2}\+ (\S+) +Google node pool$/m.exec(output)?.[1]).toBe(pool);
  expect(output).toMatch(/^\d+ to create in 14 components, 3 of them protected\.$/m);
});

test("prod with a managed database shows it beside the cluster, protected, and no pod for it", async () => {
  const { code, output } = await preview("prod", "database=managed");
  expect(code, output).toBe(0);
  expect(output).toMatch(/^\+ database +Cloud SQL Postgres$/m);
  expect(output).toMatch(/^ {2}\+ database +Google database instance, protected$/m);
  expect(output).toMatch(/^\+ database-account +workload account$/m);
  expect(output).toMatch(/^\+ database-login +Cloud SQL login$/m);
  expect(output).toMatch(/^ {2}\+ database-login-client +pod template$/m);
  expect(output).not.toContain("stateful set");
});

test("secrets that only the stack's own passphrase opens are not needed", async () => {
  const secure = "\n    secure: v1:AAAA:BBBB\n";
  writeFileSync(
    join(clone.folder, "Pulumi.team.yaml"),
    `encryptionsalt: v1:AAAA:v1:BBBB:CCCC
config:
  slipway:host: droplet
  slipway:sshSources: '["203.0.113.0/24"]'
  slipway:image: registry.example.org/app:1
  slipway:digitaloceanToken:${secure}  slipway:appSecrets:${secure}  slipway:sshKey:${secure}`,
  );
  const { code, output } = await preview("team");
  expect(code, output).toBe(0);
});

test("a setting that is wrong is named, and ends with the code of pulumi", async () => {
  const { code, output } = await preview("dev", "host=dropplet");
  expect(code).not.toBe(0);
  expect(output).toContain('slipway:host is "dropplet"; it must be');
  expect(output).not.toContain("to create");
});

test("nothing is left of it, and nothing of the clone is changed", async () => {
  await preview("dev");
  expect(readdirSync(temporary)).toEqual([]);
  await preview("prod");
  const kept = readdirSync(join(clone.folder, ".slipway"));
  expect(kept).not.toContain("ssh");
  expect(kept).not.toContain("kube");
  const git = ["-C", clone.folder, "status", "--porcelain"];
  expect(execFileSync("git", git, { encoding: "utf8" })).toBe("?? Pulumi.team.yaml\n");
});

test.each([
  [[], "Missing required argument 'stack'."],
  [["nowhere"], "There is no Pulumi.nowhere.yaml."],
  [["dev", "host"], '"host" is no KEY=VALUE.'],
])("%j is refused, before anything", async (args, problem) => {
  const { code, output } = await preview(...args);
  expect(code, output).toBe(2);
  expect(output).toContain(problem);
});
