import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readHookSettings } from "../../../../ops/hook/settings.ts";
import { ROOT } from "../../../../ops/project.ts";
import { parseRepository } from "../../../../ops/registry/registry.ts";
import { UserError } from "../../../../ops/user-error.ts";

const TOKEN = "a-token-of-24-characters";
const VALID = {
  project: "team/app",
  image: "registry.example.org/team/app",
  gitlab: { url: "https://gitlab.example.org/", tokenFile: "token" },
  deploy: [
    { branch: "main", stack: "dev" },
    { tag: "v*", stack: "prod", from: "dev" },
  ],
  tokenFile: "token",
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-hook-settings-"));
  write("token", `${TOKEN}\n`);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

function write(name: string, content: string, mode = 0o600): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

const config = (change: object = {}, mode = 0o600) =>
  write("hook.json", JSON.stringify({ ...VALID, ...change }), mode);

function refusal(file: string): string {
  try {
    readHookSettings(file);
  } catch (error) {
    if (error instanceof UserError && error.exitCode === 2) return error.message;
    throw error;
  }
  return "";
}

test("The unit shows the service all processes, and begins nothing again and again in vain", () => {
  const unit = readFileSync(join(ROOT, "ops", "hook", "slipway-hook.service"), "utf8");
  expect(unit).not.toMatch(/^(ProtectProc|PrivatePIDs|ProcSubset)=/m);
  // Nor is the service ended by a deployment that is out of memory, to begin it again and again.
  expect(unit).toMatch(/^OOMPolicy=continue$/m);
  // Settings that are wrong end it with 2, each time.
  expect(unit).toMatch(/^RestartPreventExitStatus=2$/m);
});

test("A valid file is read, with the token from its own file and safe defaults", () => {
  expect(readHookSettings(config())).toEqual({
    project: "team/app",
    image: "registry.example.org/team/app",
    gitlab: { url: "https://gitlab.example.org", token: TOKEN, job: "pack" },
    registry: undefined,
    routes: [
      { kind: "branch", pattern: "main", stack: "dev", from: undefined },
      { kind: "tag", pattern: "v*", stack: "prod", from: "dev" },
    ],
    host: "127.0.0.1",
    port: 9010,
    token: TOKEN,
    journal: join(folder, "slipway-hook"),
    pull: false,
  });
});

describe("files that others may read are refused, with what to type", () => {
  test("the config", () => {
    const file = config({}, 0o640);
    expect(refusal(file)).toBe(
      `The config ${file} can be read or written by users other than its owner. ` +
        `Type: chmod 600 ${file}`,
    );
  });

  test("the token", () => {
    const token = write("token", TOKEN, 0o604);
    expect(refusal(config())).toContain(`Type: chmod 600 ${token}`);
  });

  test("the password of the registry", () => {
    const password = write("password", "secret", 0o620);
    const registry = { user: "deploy", passwordFile: "password" };
    expect(refusal(config({ registry }))).toContain(`Type: chmod 600 ${password}`);
  });

  test("but not a credential of systemd, whose access list shows as rights of the group", () => {
    vi.stubEnv("CREDENTIALS_DIRECTORY", folder);
    write("token", TOKEN, 0o440);
    expect(readHookSettings(config({}, 0o440)).token).toBe(TOKEN);
    expect(refusal(config({}, 0o444))).toContain("can be read or written by users other");
  });
});

test("Every mistake is listed in one message, and no secret is in it", () => {
  const message = refusal(
    config({
      project: "app",
      image: "registry.example.org/team/app:latest",
      listen: "9010",
      pull: "yes",
      tokenfile: "token",
      deploy: [{ branch: "main", tag: "v*", stack: "dev" }, { tag: "v*", stack: "prod" }, 7],
    }),
  );
  expect(message.split("\n").slice(1)).toEqual([
    "  1. tokenfile is no setting; there are project, image, gitlab, registry, deploy, listen, tokenFile, journal, pull.",
    "  2. listen must be ADDRESS:PORT.",
    "  3. project must be the path of a project at GitLab, like group/app.",
    "  4. image must be SERVER/PATH of the app's images in a registry, without a tag.",
    "  5. deploy[0] must have either branch or tag, a name in which * is anything.",
    "  6. deploy[1].from must be the stack whose image a tag promotes: a tag is never built.",
    "  7. deploy[2] must be an object with branch or tag, and stack.",
    "  8. pull must be true or false.",
  ]);
  expect(message).not.toContain(TOKEN);
});

test("Without a GitLab to ask what a job has built, no branch is deployed; a name in the registry is not believed", () => {
  expect(refusal(config({ gitlab: undefined }))).toContain(
    'gitlab is missing; it must be like {"url": "https://gitlab.com", "tokenFile": "gitlab-token"}',
  );
  const tags = [{ tag: "v*", stack: "prod", from: "dev" }];
  expect(readHookSettings(config({ gitlab: undefined, deploy: tags })).gitlab).toBeUndefined();
  const open = { gitlab: { url: "http://gitlab.example.org" } };
  expect(refusal(config(open))).toContain("gitlab must be like");
  expect(readHookSettings(config({ gitlab: { url: "https://gitlab.com" } })).gitlab).toEqual({
    ...{ url: "https://gitlab.com", token: undefined, job: "pack" },
  });
});

test("A token that could be guessed, none, and text that is no JSON are refused", () => {
  write("token", "short");
  expect(refusal(config())).toContain("at least 16 are needed. Type: openssl rand -hex 32");
  rmSync(join(folder, "token"));
  expect(refusal(config())).toContain(`tokenFile ${join(folder, "token")} is not there.`);
  const text = write("hook.json", `{"token": "${TOKEN}"`);
  expect(refusal(text)).toBe(`${text} is no JSON object. docs/hook.md has one to begin with.`);
  expect(refusal(join(folder, "none.json"))).toContain("is not there.");
});

test.each(["", "\n", "  \n"])("An empty secret is none: %j is refused", (content) => {
  write("token", content);
  write("password", content);
  const message = refusal(config({ registry: { user: "deploy", passwordFile: "password" } }));
  expect(message).toContain(`tokenFile ${join(folder, "token")} is empty.`);
  expect(message).toContain(`registry.passwordFile ${join(folder, "password")} is empty.`);
});

test.each<[object, string]>([
  [{ image: "team/app" }, "image must be SERVER/PATH"],
  [{ listen: "127.0.0.1:70000" }, "listen must be ADDRESS:PORT, with a port up to 65535."],
  [{ deploy: [{ tag: "v*", stack: "prod", from: "prod" }] }, "deploy[0].from is prod itself"],
])(
  "What would fail at every deployment, or at the start, is refused by --check: %j",
  (change, message) => {
    expect(refusal(config(change))).toContain(message);
  },
);

test.each(["localhost/app", "localhost:5000/app", "registry:5000/team/app", "r.example.org/app"])(
  "%s is a repository",
  (image) => {
    expect(readHookSettings(config({ image })).image).toBe(image);
    expect(() => parseRepository(image)).not.toThrow();
  },
);
