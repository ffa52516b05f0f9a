import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { offlineImages } from "../../offline/images/index.ts";
import { readToolChoice } from "../../ops/tools.ts";
import { cloneWithExample } from "../e2e/apps/example.ts";
import { type Clone, docker, ended, freePort } from "../e2e/clone.ts";
import { setConfig } from "../e2e/config.ts";
import { until } from "../e2e/until.ts";
import { postEvent } from "../gitlab/pipeline-hook.ts";
import { LocalRegistry } from "./local-registry.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const TOKEN = randomBytes(24).toString("hex");
const REPOSITORY = "team/app";

const folder = mkdtempSync(join(tmpdir(), "slipway-hook-"));
const artifacts = join(folder, "artifacts");
const [work, bare] = [join(folder, "work"), join(folder, "app.git")];

let clone: Clone;
let registry: LocalRegistry;
let image: string;
let hookPort: number;
let hook: ChildProcess | undefined;
let said = "";
let pipeline = 100;

/** Where a project's jobs keep their files. */
const gitlab = createServer(({ url = "" }, response) => {
  const [, job] =
    /^\/api\/v4\/projects\/team%2Fapp\/jobs\/(\d+)\/artifacts\/pack\.env$/.exec(url) ?? [];
  if (job === undefined) response.writeHead(404).end();
  else response.end(readFileSync(join(artifacts, job)));
});

beforeAll(async () => {
  [clone, registry, hookPort] = await Promise.all([
    cloneWithExample("static"),
    LocalRegistry.start(),
    freePort(),
  ]);
  image = `${registry.server}/${REPOSITORY}`;
  mkdirSync(artifacts);
  gitlab.listen(0, "127.0.0.1");
  await once(gitlab, "listening");
  makeRepositories();
  writePrivately("token", TOKEN);
  writePrivately("registry-password", registry.password);
  writePrivately(
    "hook.json",
    JSON.stringify({
      project: "team/app",
      image,
      gitlab: { url: `http://127.0.0.1:${(gitlab.address() as AddressInfo).port}` },
      registry: { user: registry.user, passwordFile: "registry-password" },
      deploy: [{ branch: "main", stack: clone.stack }],
      listen: `127.0.0.1:${hookPort}`,
      tokenFile: "token",
    }),
  );
  const first = await clone.slipway(["start"]);
  if (first.code !== 0) throw new Error(first.output);
  setConfig(clone, { registry: registry.server, registryUser: registry.user });
  await clone.setSecret("registryPassword", registry.password);
  // Not one that is waited for in this process, in which the registry's door answers.
  const login = spawn(
    "docker",
    ["login", "--username", registry.user, "--password-stdin", registry.server],
    { env: dockerEnvironment(), stdio: ["pipe", "pipe", "pipe"] },
  );
  login.stdin.end(registry.password);
  const { code, output } = await ended(login);
  if (code !== 0) throw new Error(output);
  await startHook();
});
afterAll(async () => {
  if (hook !== undefined) await endHook("SIGTERM");
  await clone?.remove();
  await registry?.remove();
  gitlab.close();
  const left = image === undefined ? "" : docker("image", "ls", "--quiet", image);
  if (left !== "") docker("image", "rm", "--force", ...new Set(left.split("\n")));
  rmSync(folder, { recursive: true, force: true });
});

test("A config that others may read is refused, and `--check` says what a good one deploys", async () => {
  const config = join(folder, "hook.json");
  const good = await clone.slipway(["hook", "--config", config, "--check"]);
  expect([good.code, good.output]).toEqual([
    0,
    `✓ ${config}: team/app, branch main → ${clone.stack}\n`,
  ]);
  chmodSync(config, 0o644);
  const open = await clone.slipway(["hook", "--config", config, "--check"]);
  chmodSync(config, 0o600);
  expect([open.code, open.output]).toEqual([2, expect.stringContaining(`chmod 600 ${config}`)]);
});

test("A push to the repository is live a moment later, by the digest of the commit's image", async () => {
  expect(await push("Second edition")).toContain("webhook: 202");
  await until(
    async () => (await page()).includes("Second edition"),
    "the second edition is live",
    120,
  );
  await until(async () => (await lastResult()) === "deployed", "its result is known");
  const { output } = await clone.slipway(["releases", "-s", clone.stack]);
  expect(output).toMatch(new RegExp(`live +${image}@sha256:[0-9a-f]{64}`));
});

test("Nothing else gets in, and the site stays as it is", async () => {
  const url = hookUrl();
  const sha = git("rev-parse", "HEAD");
  const next = () => {
    pipeline += 1;
    return { id: pipeline, sha };
  };
  expect((await postEvent(url, "wrong", next()))[0]).toBe(401);
  expect((await postEvent(url, TOKEN, { ...next(), status: "failed" }))[0]).toBe(200);
  expect((await postEvent(url, TOKEN, { ...next(), project: "evil/app" }))[0]).toBe(403);
  expect((await postEvent(url, TOKEN, { ...next(), sha: "main" }))[0]).toBe(400);
  expect((await postEvent(url, TOKEN, { id: 1, sha: "f".repeat(40) }))[1]).toEqual({
    ignored: `Pipeline 101 of ${clone.stack} is newer.`,
  });
  expect(await push("Feature", "feature")).toContain("No stack takes the branch feature.");
  const flood = await Promise.allSettled(
    Array.from({ length: 200 }, () => postEvent(url, "wrong", next())),
  );
  const statuses = flood.flatMap((one) => (one.status === "fulfilled" ? [one.value[0]] : []));
  expect(new Set(statuses)).toEqual(new Set([401]));
  const health = await fetch(`${url}/healthz`);
  expect(health.status).toBe(200);
  expect(await page()).toContain("Second edition");
  expect((await deployments()).last).toHaveLength(1);
});

test("What was under way when server and deployment were killed is live after the next start", async () => {
  expect(await push("Third edition")).toContain("webhook: 202");
  await until(async () => (await deployments()).last[0]?.worker !== undefined, "it has begun");
  const worker = (await deployments()).last[0]?.worker;
  await endHook("SIGKILL");
  // It has a process group of its own.
  if (worker !== undefined) process.kill(-worker.pid, "SIGKILL");
  await startHook();
  expect(said).toContain("Taking up again: main");
  await until(
    async () => (await page()).includes("Third edition"),
    "the third edition is live",
    180,
  );
  await until(async () => (await lastResult()) === "deployed", "its result is known");
});

test("It ends in order, and neither its output nor that of a deployment has a secret", async () => {
  expect(await endHook("SIGTERM")).toBe(0);
  const logs = spawnSync("grep", [
    "-rlE",
    `${TOKEN}|${registry.password}`,
    join(folder, "slipway-hook"),
  ]);
  expect([logs.status, logs.stdout.toString()]).toEqual([1, ""]);
  expect(said).not.toContain(TOKEN);
});

const hookUrl = () => `http://127.0.0.1:${hookPort}`;
const page = async () => await (await fetch(clone.url)).text();
const git = (...args: string[]) =>
  execFileSync("git", ["-C", work, ...args], { encoding: "utf8" }).trim();
const dockerEnvironment = () => ({ ...process.env, DOCKER_CONFIG: join(folder, "docker") });

interface Deployments {
  readonly last: readonly {
    readonly worker?: { readonly pid: number };
    readonly ended?: { readonly result: string };
  }[];
}
const deployments = async () =>
  (await (await fetch(`${hookUrl()}/deployments`)).json()) as Deployments;
const lastResult = async () => (await deployments()).last[0]?.ended?.result;

function writePrivately(name: string, content: string): void {
  writeFileSync(join(folder, name), content, { mode: 0o600 });
}

/** The app's own repository, and a bare one that does what GitLab does after a push. */
function makeRepositories(): void {
  execFileSync("git", ["init", "--quiet", "--bare", bare]);
  const receive = join(ROOT, "test/gitlab/post-receive.ts");
  const script = `#!/bin/sh\nexec '${process.execPath}' '${receive}'\n`;
  writeFileSync(join(bare, "hooks/post-receive"), script, { mode: 0o755 });
  mkdirSync(join(folder, "docker"));
  cpSync(join(ROOT, "examples/static"), work, { recursive: true });
  execFileSync("git", ["init", "--quiet", "--initial-branch=main", work]);
  git("remote", "add", "origin", bare);
}

/** Commits a page with these words and pushes it; @returns what the repository said. */
async function push(words: string, branch = "main"): Promise<string> {
  pipeline += 1;
  const original = readFileSync(join(ROOT, "examples/static/site/index.html"), "utf8");
  writeFileSync(
    join(work, "site/index.html"),
    original.replace("</body>", `<p>${words}</p></body>`),
  );
  git("add", "--all");
  const author = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
  git(...author, "commit", "--quiet", "--message", words);
  const offline = readToolChoice()?.images === "offline";
  const { code, output } = await ended(
    spawn("git", ["-C", work, "push", "origin", `HEAD:${branch}`], {
      env: {
        ...dockerEnvironment(),
        IMAGE: image,
        BUILD_ARG: `NGINX_IMAGE=${offline ? offlineImages.nginx : "nginx:1.30"}`,
        HOOK_URL: hookUrl(),
        HOOK_TOKEN: TOKEN,
        PIPELINE: String(pipeline),
        ARTIFACTS: artifacts,
      },
    }),
  );
  if (code !== 0) throw new Error(output);
  if (branch !== "main") git("reset", "--quiet", "--hard", "HEAD~1");
  return output;
}

async function startHook(): Promise<void> {
  said = "";
  hook = clone.spawn(["hook", "--config", join(folder, "hook.json")]);
  hook.stderr?.on("data", (data) => (said += data));
  await until(
    () => said.includes("Waiting for pipelines of team/app"),
    `the hook listens: ${said}`,
  );
}

/** To the whole group, with the deployment that it began; @returns the code that it ended with. */
async function endHook(signal: "SIGTERM" | "SIGKILL"): Promise<number> {
  const child = hook;
  hook = undefined;
  if (child?.pid === undefined) return 1;
  const end = ended(child);
  process.kill(signal === "SIGKILL" ? -child.pid : child.pid, signal);
  return (await end).code;
}
