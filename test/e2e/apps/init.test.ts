import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { offlineImages } from "../../../offline/images/index.ts";
import { readToolChoice } from "../../../ops/tools.ts";
import { Clone, thingsOf } from "../clone.ts";
import { exampleSettings } from "./example.ts";

let clone: Clone;
let name: string;
let env: Record<string, string>;
beforeAll(async () => {
  clone = await Clone.make();
  name = `${clone.stack}-team`;
  mkdirSync(join(clone.folder, "elsewhere"));
  // As any command of a fresh clone does first.
  const tools = `import("${clone.folder}/setup/tools.ts").then((all) => all.ensurePulumiOnly())`;
  execFileSync(process.execPath, ["--eval", tools], { stdio: "pipe" });
  env = {
    PULUMI_BACKEND_URL: `file://${clone.folder}/elsewhere/state`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphrase(),
    // Nobody there has a clock to compare this machine's with.
    CI_API_V4_URL: "http://127.0.0.1:1/api/v4",
  };
});
afterAll(async () => {
  const { code, output } = await clone.slipway(
    ["pulumi", "destroy", "--yes", "--skip-preview", "--stack", name],
    env,
  );
  if (code !== 0 || thingsOf(name).length > 0) throw new Error(output);
  rmSync(clone.folder, { recursive: true, force: true });
});

const passphrase = () => join(clone.folder, ".slipway", `passphrase-${name}`);
const file = () => readFileSync(join(clone.folder, `Pulumi.${name}.yaml`), "utf8");

/** What a team sets where Docker Hub can't be reached. */
function standIns(): Record<string, string> {
  if (readToolChoice()?.images !== "offline") return {};
  return { images: JSON.stringify({ nginx: offlineImages.nginx }) };
}

/** `./slipway init` with these settings, and nobody to ask. */
const init = (settings: Record<string, string>) =>
  clone.slipway([
    ...["init", "-s", name, "--backend", env["PULUMI_BACKEND_URL"] ?? "", "--yes"],
    ...Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]),
  ]);

test("A clone becomes a stack by one command, which shows no secret and says what is next", async () => {
  const example = { ...(await exampleSettings(clone, "static")), ...standIns() };
  const made = await init({ ...example, host: "local", httpPort: String(clone.port) });
  expect(made.code, made.output).toBe(0);
  expect(made.output).toContain(`✓ Made a passphrase in ${passphrase()}`);
  expect(made.output).toMatch(/PULUMI_CONFIG_PASSPHRASE_FILE +file +\S+ +yes/);
  expect(made.output).toContain(`  ./slipway up -s ${name}\n`);
  expect(statSync(passphrase()).mode & 0o777).toBe(0o600);
  expect(file()).toMatch(/slipway:appSecret:\n\s+secure: v1:/);
  const secret = await clone.slipway(["pulumi", "config", "get", "appSecret", "-s", name], env);
  expect(secret.output.trim()).toMatch(/^[\w-]{32}$/);
  for (const hidden of [secret.output.trim(), readFileSync(passphrase(), "utf8")]) {
    expect(made.output).not.toContain(hidden);
  }
});

test("What init made is deployed as it is", async () => {
  const up = await clone.slipway(["pulumi", "up", "--yes", "--skip-preview", "-s", name], env);
  expect(up.code, up.output).toBe(0);
  expect(await (await fetch(clone.url)).text()).toContain("</html>");
});

test("The doctor finds nothing wrong with it, as lines and as JSON, and names what is", async () => {
  const well = await clone.slipway(["doctor", "-s", name], env);
  expect(well.code, well.output).toBe(0);
  expect(well.output).toContain(`✓ config: Pulumi.${name}.yaml is in order`);
  expect(well.output).toContain(`✓ port: 127.0.0.1:${clone.port} is this stack's own`);
  const ill = await clone.slipway(["doctor", "-s", name, "--json"], {
    ...env,
    SLIPWAY_MIN_FREE_MIB: "999999999",
  });
  expect(ill.code).toBe(1);
  expect(JSON.parse(ill.output.slice(ill.output.indexOf("[")))).toContainEqual(
    expect.objectContaining({ name: "disk", state: "wrong", type: "docker system df" }),
  );
});

test("A second run finds all of it and changes nothing; another value is refused", async () => {
  const before = file();
  const again = await init({ host: "local" });
  expect([again.code, again.output]).toEqual([0, expect.stringContaining("✓ Nothing to make")]);
  const other = await init({ host: "ssh", sshHost: "192.0.2.1" });
  expect([other.code, other.output]).toEqual([
    2,
    expect.stringContaining("host is local in the stack's file, and ssh was given."),
  ]);
  expect(file()).toBe(before);
});
