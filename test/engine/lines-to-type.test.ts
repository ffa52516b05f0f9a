import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { ROOT } from "../../ops/project.ts";
import { chosenTools, cliFolder } from "../../ops/tools.ts";
import { badSettings, badStackNames } from "../unit/infra/bad-settings.ts";
import { defaults, messageOf, read, type Values } from "../unit/infra/config.ts";
import { linesOf } from "../unit/ops/lines.ts";

const scratch = mkdtempSync(join(tmpdir(), "slipway-lines-"));
const stackFile = join(scratch, "Pulumi.dev.yaml");

/** What a person puts in the place of a word of a line. */
const FILLED: Readonly<Record<string, string>> = {
  HOST: "app.example.org",
  NUMBER: "7",
  FILE: "seed.sql",
  NAME: "somebody",
  PROJECT: "acme-dev",
  TIME: "2026-12-31T00:00:00Z",
  STACK: "prod",
  REFERENCE: "registry.example/app:1",
};
const { privateKey: PRIVATE_KEY } = generateKeyPairSync("ec", {
  namedCurve: "prime256v1",
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const SECRET = "a secret of more than thirty-two characters";

beforeAll(async () => {
  mkdirSync(join(scratch, "state"));
  copyFileSync(join(ROOT, "Pulumi.yaml"), join(scratch, "Pulumi.yaml"));
  for (const file of ["FILE", "KEY.pem", "CERTIFICATE.pem"]) {
    writeFileSync(join(scratch, file), '{"A":"b"}\n');
  }
  writeFileSync(join(scratch, "KEY_FILE"), PRIVATE_KEY);
  await type("pulumi stack init dev");
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const lines = new Map(
  badSettings.map(([title, values, text, line]) => [line, { title, values, text }]),
);

test.each([...lines])("%s, as a message says it, mends that", async (line, { values, text }) => {
  const config = Object.entries(values).map(([key, value]) => [`slipway:${key}`, value]);
  writeFileSync(stackFile, stringify({ config: Object.fromEntries(config) }));

  await type(`${filled(line)} -s dev`);

  expect(messageOf(() => read(valuesIn(stackFile)))).not.toContain(text);
});

test("`pulumi stack rename`, as a message about a stack's name says it, mends that", async () => {
  const [name = "", , , line = ""] = badStackNames.find(([one]) => one === "a..b") ?? [];
  await type(`pulumi stack init ${name}`);
  await type(`${line} -s ${name}`);
  expect(messageOf(() => read({}, [], [], line.split(" ").at(-1)))).toBe("");
});

test.each(["appEnv.DEBUG", "processes.worker", 'rateLimits["/login"]', "trustedProxies[0]"])(
  "`pulumi config set --path %s` adds to a map or a list of the stack's file",
  async (path) => {
    rmSync(stackFile, { force: true });
    await type(
      `pulumi config set --path '${path}' ${/^t/.test(path) ? "10.0.0.0/8" : "5r/m"} -s dev`,
    );
    expect(messageOf(() => read(valuesIn(stackFile)))).toBe("");
  },
);

test("`pulumi config rm --path` takes an entry of a secret map away", async () => {
  writeFileSync(stackFile, "config: {}\n");
  await type("pulumi config set --secret --path appSecrets.PORT -s dev");
  await type("pulumi config set --secret --path appSecrets.TOKEN -s dev");
  await type("pulumi config rm --path 'appSecrets.PORT' -s dev");
  expect(Object.keys(parse(readFileSync(stackFile, "utf8")).config["slipway:appSecrets"])).toEqual([
    "TOKEN",
  ]);
});

const ofCommands = new Set(
  ["npm run pulumi -- ", "npm run -s pulumi -- "].flatMap((beginning) =>
    linesOf(beginning).map(({ words }) => words.join(" ")),
  ),
);

test.each([...ofCommands])(
  "`pulumi %s`, as a message of a command says it, is known to pulumi",
  async (line) => {
    const usage = await type(`pulumi ${line.replace(/ <.*/, "")} --help`);
    const [, command = "", part] = /^([a-z]+)( [a-z]+(?= |$))?/.exec(line) ?? [];
    // The usage has the first of a part's names, and that of the whole command where there is no such part.
    const known = part === undefined ? `${command}\\b` : `${command} [a-z]`;
    expect(usage).toMatch(new RegExp(`^  pulumi ${known}`, "m"));
  },
);

const filled = (line: string) =>
  line.replaceAll(/(?<![<\w])[A-Z]{4,}\b(?!\.pem)/g, (word) => FILLED[word] ?? word);

/** As the engine hands them over; what is encrypted is as good as set. */
function valuesIn(file: string): Values {
  const config: Record<string, unknown> = parse(readFileSync(file, "utf8")).config ?? {};
  return Object.fromEntries(
    Object.entries(config)
      .map(([key, value]) => [key.replace("slipway:", ""), value] as const)
      .map(([key, value]) => {
        if (typeof value !== "object" || value === null) return [key, String(value)];
        if (!("secure" in value)) return [key, JSON.stringify(value)];
        if (key === "sshKey") return [key, PRIVATE_KEY];
        return [key, /s$/i.test(key) && defaults[key] === "" ? '{"A":"b"}' : SECRET];
      }),
  );
}

/** A line as a person types it, who enters a secret when asked. */
function type(line: string): Promise<string> {
  return new Promise((done, fail) => {
    const child = execFile(
      "sh",
      ["-c", line],
      {
        cwd: scratch,
        env: {
          ...process.env,
          PATH: `${join(cliFolder(chosenTools().pulumi), "bin")}:${process.env["PATH"]}`,
          PULUMI_HOME: join(scratch, "home"),
          PULUMI_BACKEND_URL: `file://${join(scratch, "state")}`,
          PULUMI_CONFIG_PASSPHRASE: "of nobody",
          PULUMI_SKIP_UPDATE_CHECK: "true",
        },
      },
      (error, shown, said) => (error === null ? done(shown) : fail(new Error(`${line}\n${said}`))),
    );
    child.stdin?.on("error", () => {}).end(`${SECRET}\n`);
  });
}
