import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { offlineImages } from "../../offline/images/index.ts";
import { ROOT } from "../../ops/project.ts";
import { docker, ended } from "../e2e/clone.ts";
import { succeed } from "../hosts/succeed.ts";
import { LocalRegistry } from "./local-registry.ts";

let registry: LocalRegistry;
/** A repository with an app, as a team has it. */
const app = mkdtempSync(join(tmpdir(), "slipway-pack-"));

const dockerConfig = mkdtempSync(join(tmpdir(), "slipway-pack-docker-"));

beforeAll(async () => {
  registry = await LocalRegistry.start();
  writeFileSync(
    join(app, "Dockerfile"),
    `FROM ${offlineImages.node}\nCOPY page /page\nARG COMMIT=unknown\nENV APP_COMMIT=$COMMIT\n`,
  );
  await git("init", "--quiet", "--initial-branch=main");
});

afterAll(async () => {
  await registry?.remove();
  const images = docker("image", "ls", "--quiet", `--filter=reference=${registry.server}/*/*`);
  if (images !== "") docker("image", "rm", "--force", ...new Set(images.split("\n")));
  rmSync(dockerConfig, { recursive: true, force: true });
  rmSync(app, { recursive: true, force: true });
});

const git = (...args: string[]) =>
  succeed("git", ["-C", app, "-c", "user.name=test", "-c", "user.email=test@example.org", ...args]);

async function commit(page: string): Promise<string> {
  writeFileSync(join(app, "page"), page);
  await git("add", "--all");
  await git("commit", "--quiet", "--message", page);
  return await git("rev-parse", "HEAD");
}

/** `./slipway pack`, as a job of GitLab runs it. */
async function pack(env: Record<string, string>, ...args: string[]) {
  const dotenv = join(app, ".git", "pack.env");
  rmSync(dotenv, { force: true });
  const child = spawn(join(ROOT, "slipway"), ["pack", "--app", app, "--dotenv", dotenv, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      ...registry.environment("team/app"),
      ...{ CI_DEFAULT_BRANCH: "main", DOCKER_CONFIG: dockerConfig },
      ...env,
    },
  });
  const { code, output } = await ended(child);
  const lines = code === 0 ? readFileSync(dotenv, "utf8").trim().split("\n") : [];
  return { code, output, variables: Object.fromEntries(lines.map((line) => line.split("="))) };
}

const push = (env: Record<string, string>) => pack(env, "--push");

test("an image is built once, named by commit, branch, latest and git tag, and handed on by digest", async () => {
  const one = await commit("one");
  const first = await push({ CI_COMMIT_BRANCH: "main" });
  expect(first.output).toContain("Building");
  expect(first.code).toBe(0);
  const images = await registry.content("team/app");
  const digest = images[one];
  expect(digest).toMatch(/^sha256:/);
  expect(images).toEqual({ [one]: digest, main: digest, latest: digest });
  expect(first.variables).toEqual({
    SLIPWAY_IMAGE: `${registry.server}/team/app@${digest}`,
    SLIPWAY_VERSION: `0.0.0-1-g${one.slice(0, 7)}`,
    SLIPWAY_COMMIT: one,
  });
  expect(first.output).not.toContain(registry.password);
  // Nothing of the login stays on the machine.
  expect(readdirSync(dockerConfig)).toEqual([]);
});

test("an image that a branch has pushed under the commit's name, with its label, is not what is released", async () => {
  const one = await git("rev-parse", "HEAD");
  const evil = await registry.put("team/app", [one, "main", "latest"], {
    created: "",
    revision: one,
  });
  const released = await push({ CI_COMMIT_BRANCH: "main", CI_COMMIT_REF_PROTECTED: "true" });
  expect(released.output).toContain("Building");
  expect(released.output).not.toContain("no build is needed");
  expect(released.code, released.output).toBe(0);
  expect(released.variables["SLIPWAY_IMAGE"]).toMatch(/team\/app@sha256:[0-9a-f]{64}$/);
  expect(released.variables["SLIPWAY_IMAGE"]).not.toContain(evil);
  expect(Object.values(await registry.content("team/app"))).not.toContain(evil);
});

test("a branch's own pipeline takes what is there, by which nothing is released", async () => {
  const branch = { CI_COMMIT_BRANCH: "feature", CI_COMMIT_REF_PROTECTED: "false" };
  const { code, output } = await push(branch);
  expect(output).toContain("no build is needed");
  expect(code, output).toBe(0);
});

test("a tag on a commit that was built builds nothing, and names the same image", async () => {
  const one = await git("rev-parse", "HEAD");
  await git("tag", "v1.0.0");
  const tagged = await push({ CI_COMMIT_TAG: "v1.0.0" });
  expect(tagged.output).toContain("no build is needed");
  expect(tagged.output).not.toContain("Building");
  const images = await registry.content("team/app");
  expect(images["v1.0.0"]).toBe(images[one]);
  expect(tagged.variables["SLIPWAY_VERSION"]).toBe("v1.0.0");
  // Whoever pushed what it names: nothing is released by that.
  expect(tagged.variables["SLIPWAY_IMAGE"]).toBeUndefined();
});

test("a version names one image for ever, wherever its tag in git is moved to", async () => {
  const before = (await registry.content("team/app"))["v1.0.0"];
  await commit("two");
  await git("tag", "--force", "v1.0.0");
  const moved = await push({ CI_COMMIT_TAG: "v1.0.0" });
  expect(moved.code).toBe(1);
  expect(moved.output).toContain("v1.0.0 is another image already");
  expect((await registry.content("team/app"))["v1.0.0"]).toBe(before);
  await git("tag", "--delete", "v1.0.0");
});

test("an old pipeline that runs again does not put latest back", async () => {
  const two = await git("rev-parse", "HEAD");
  expect((await push({ CI_COMMIT_BRANCH: "main" })).code).toBe(0);
  await git("checkout", "--quiet", "HEAD~1");
  const again = await push({ CI_COMMIT_BRANCH: "main" });
  expect(again.code).toBe(0);
  expect(again.output).toContain(`latest stays at ${two.slice(0, 12)}, which is newer`);
  await git("checkout", "--quiet", "main");
  const images = await registry.content("team/app");
  expect(images["latest"]).toBe(images[two]);
  expect(images["main"]).toBe(images[two]);
});

test("a branch gets a name of its own and never latest, also one that is called so", async () => {
  const images = await registry.content("team/app");
  const branch = { CI_COMMIT_REF_PROTECTED: "false" };
  expect(
    (await push({ ...branch, CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "Feature/Log in" })).code,
  ).toBe(0);
  expect((await push({ ...branch, CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "latest" })).code).toBe(0);
  const after = await registry.content("team/app");
  expect(after["feature-log-in"]).toBe(images["main"]);
  expect(after["latest"]).toBe(images["latest"]);
});

test("what is not committed is not pushed under a commit, but is built without --push", async () => {
  writeFileSync(join(app, "page"), "three");
  const refused = await push({ CI_COMMIT_BRANCH: "main" });
  expect(refused.code).toBe(2);
  expect(refused.output).toContain("Commit the changes");
  const here = await pack({}, "--to", "slipway-test/pack");
  expect(here.code).toBe(0);
  const image = here.variables["SLIPWAY_IMAGE"] ?? "";
  const environment = docker("image", "inspect", "--format={{.Config.Env}}", image);
  expect(environment).toContain(`APP_COMMIT=${await git("rev-parse", "HEAD")}`);
  docker("image", "rm", image);
  await git("checkout", "--quiet", "--", ".");
});

test("each mistake has one message, and nothing is built", async () => {
  await commit("four");
  const cases: [Record<string, string>, string[], string][] = [
    [{ CI_REGISTRY_PASSWORD: "wrong" }, [], "refused gitlab-ci-token"],
    [{ CI_REGISTRY_USER: "" }, [], "asks for a login"],
    [{ CI_REGISTRY_IMAGE: "" }, [], "Which repository of a registry?"],
    [{}, ["--to", "team/app"], '"team/app" is no repository'],
    [{}, ["--dockerfile", "Nothing"], "There is no"],
    [{}, ["--build-arg", "COMMIT=1"], "COMMIT is set by Slipway"],
    [{}, ["-s", "nobody"], "There is no Pulumi.nobody.yaml"],
  ];
  for (const [env, args, message] of cases) {
    const { code, output } = await pack(env, "--push", ...args);
    expect(output).toContain(message);
    expect(output).not.toContain("Building");
    expect(code, output).toBe(2);
  }
});

test("a registry that is down is one message, before anything is built", async () => {
  await registry.close();
  try {
    const { code, output } = await push({ CI_COMMIT_BRANCH: "main" });
    expect(output).toMatch(
      /^slipway: The registry 127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED/,
    );
    expect(output.trim().split("\n")).toHaveLength(1);
    expect(code, output).toBe(1);
  } finally {
    await registry.open();
  }
});
