import { afterAll, beforeAll, expect, test } from "vitest";
import { findProcess, findProcessesWith } from "../../ops/processes.ts";
import { docker, ended, freePort } from "../e2e/clone.ts";
import { until } from "../e2e/until.ts";
import { FakeGitLab } from "../gitlab/fake-gitlab.ts";
import { LocalRegistry } from "./local-registry.ts";
import { TeamProject } from "./team-project.ts";

// A project on a GitLab, from a merge request to production: its own pipeline is run, job by job, as a runner
// with a shell does. What a test has left is what the next one begins with.

let registry: LocalRegistry;
let gitlab: FakeGitLab;
let project: TeamProject;
const ports = { dev: 0, prod: 0 };
const secrets = { first: "first-secret-of-at-least-32-characters", second: "" };

beforeAll(async () => {
  registry = await LocalRegistry.start();
  gitlab = await FakeGitLab.start();
  project = await TeamProject.make(registry, gitlab);
  secrets.second = `second-${secrets.first}`;
  for (const [name, stack] of [
    ["dev", project.dev],
    ["prod", project.prod],
  ] as const) {
    ports[name] = await freePort();
    await project.makeStack(stack, { httpPort: String(ports[name]) });
    await project.setSecret(stack, "appSecret", secrets.first);
  }
  project.writeApp("one");
  project.clone.write(".gitlab-ci.yml", pipelineFile(project));
  project.push("main", "the stacks");
});

afterAll(async () => {
  try {
    await project?.remove([project.prod, project.dev]);
  } finally {
    await registry?.remove();
    await gitlab?.stop();
  }
});

const pipelineFile = ({ dev, prod }: TeamProject) => `
stages: [test, pack, preview, deploy, promote, review, sweep, drift]
include:
  - local: ci/test.yml
    inputs: { prepare: "true", unit: echo "Lines 90%" && cp tsconfig.json coverage.xml, coverage_report: coverage.xml }
  - local: ci/pack.yml
    inputs: { sbom: none, pack: --app small }
  - local: ci/deploy.yml
    inputs: { dev: ${dev}, prod: ${prod}, promote: on_success }
pack: { services: [] }
`;

/** What a stack answers. */
async function answer(port: number): Promise<Record<string, string>> {
  const response = await fetch(`http://127.0.0.1:${port}/version`);
  return (await response.json()) as Record<string, string>;
}

const digestOf = async (commit: string) => (await registry.content("team/app"))[commit];

test("a merge request is tested, packed and previewed, and changes no stack", async () => {
  project.writeApp("two");
  project.push("feature", "two");
  gitlab.addMergeRequest(7);
  const { code, output } = await project.pipeline({ ref: "feature", mergeRequest: 7 });
  expect({ code, output }).toMatchObject({
    code: 0,
    output: expect.stringContaining("PASS  unit"),
  });
  expect(Object.keys(await registry.content("team/app"))).toContain("feature");
  expect(Object.keys(await registry.content("team/app"))).not.toContain("latest");
  const notes = gitlab.notes.get(7) ?? [];
  expect(notes.map(({ body }) => body).join("\n")).toContain(project.dev);
  expect(notes).toHaveLength(2);
  expect(gitlab.refused).toEqual([]);
  await expect(answer(ports.dev)).rejects.toThrow();
});

test("what is merged is built anew and released to dev: what the merge request pushed, any branch could have pushed", async () => {
  const commit = project.git("rev-parse", "feature");
  project.git("checkout", "--quiet", "main");
  project.git("merge", "--quiet", "--ff-only", "feature");
  project.git("push", "--quiet", "origin", "main");
  const evil = await registry.put("team/app", [commit, "main"], { created: "", revision: commit });
  const pushed = performance.now();
  const { code, output } = await project.pipeline({ ref: "main" });
  const seconds = ((performance.now() - pushed) / 1000).toFixed(0);
  expect(output).toContain("Building");
  expect(output).not.toContain("no build is needed");
  expect(code, output).toBe(0);
  const built = await digestOf(commit);
  expect(built).not.toBe(evil);
  expect(await answer(ports.dev)).toMatchObject({
    page: "two",
    commit,
    image: `${registry.server}/team/app@${built}`,
  });
  expect(output).toContain(`✓ http://localhost:${ports.dev} answers with`);
  expect(output).not.toContain(registry.password);
  expect(output).not.toContain(secrets.first);
  const jobs = output.split("\n").filter((line) => /^\s*\S+\s+finished in /.test(line));
  console.log(`from push to verified on dev: ${seconds} s\n${jobs.join("\n")}`);
});

test("a tag releases to prod the image that dev has verified, under the tag's name", async () => {
  project.git("tag", "v1.0.0", "main");
  const commit = project.git("rev-parse", "main");
  const released = await digestOf(commit);
  await registry.put("team/app", [commit, "v1.0.0"], { created: "", revision: commit });
  const { code, output } = await project.pipeline({ ref: "v1.0.0" });
  expect(output).not.toContain("Building");
  expect(output).toContain(`PASS  promote-${project.prod}`);
  expect(code, output).toBe(0);
  const [dev, prod] = await Promise.all([answer(ports.dev), answer(ports.prod)]);
  expect(prod["version"]).toBe("v1.0.0");
  expect(prod["image"]).toBe(dev["image"]);
  expect(prod["image"]).toContain(released);
  expect(await digestOf("v1.0.0")).toBe(released);
});

test("a tag on a commit that dev has never verified is refused, and prod stays", async () => {
  project.writeApp("never verified");
  project.push("other", "never verified");
  project.git("tag", "v1.1.0", "other");
  const { code, output } = await project.pipeline({
    ref: "v1.1.0",
    jobs: [`promote-${project.prod}`],
  });
  expect(output).toContain(`${project.dev} has never verified`);
  expect(code).not.toBe(0);
  expect((await answer(ports.prod))["version"]).toBe("v1.0.0");
});

test("an old pipeline that runs again brings back neither the old image nor the old secret", async () => {
  const old = project.git("rev-parse", "main");
  project.git("checkout", "--quiet", "--force", "main");
  await project.setSecret(project.dev, "appSecret", secrets.second);
  project.writeApp("three");
  const commit = project.push("main", "three, and another secret");
  expect((await project.pipeline({ ref: "main" })).code).toBe(0);
  expect(await answer(ports.dev)).toMatchObject({ page: "three", commit });

  // GitLab runs a pipeline again on the commit that it was made for.
  const again = await project.pipeline({
    ref: old,
    variables: { CI_COMMIT_BRANCH: "main", CI_COMMIT_REF_NAME: "main" },
  });
  expect(again.output).toContain("stays at");
  expect(again.output).toContain("Skipped");
  expect(await answer(ports.dev)).toMatchObject({ page: "three", commit });
  const images = await registry.content("team/app");
  expect(images["latest"]).toBe(images[commit]);
  const config = await project.slipway("pulumi", "config", "get", "appSecret", "-s", project.dev);
  expect(config.output).toContain(secrets.second);
});

test("of two releases at once, the second waits for the first, and the stack is whole", async () => {
  project.git("checkout", "--quiet", "--force", "main");
  project.writeApp("slow to start", 45);
  const commit = project.push("main", "slow to start");
  const runner = project.addRunner();
  const first = ended(project.start({ ref: "main" }));
  // The first one holds the stack for as long as its new version does not listen.
  await until(() => webContainers().length === 2, "the first release starts its version", 180);
  const second = await project.pipeline({ ref: "main", jobs: [`deploy-${project.dev}`], runner });
  const { code, output } = await first;
  expect(code, output).toBe(0);
  expect(second.output).toContain(`▸ ${project.dev} is being changed by `);
  expect(second.output).toContain("Nothing to change");
  expect(second.code, second.output).toBe(0);
  expect(await answer(ports.dev)).toMatchObject({ page: "slow to start", commit });
  expect(webContainers()).toHaveLength(1);
  const after = await project.slipway("up", "-s", project.dev);
  expect(after.output).toContain("Nothing to change");
  expect(after.code).toBe(0);
});

test("a registry that is down ends the pipeline with one message, and nothing is deployed", async () => {
  project.git("checkout", "--quiet", "--force", "main");
  project.writeApp("four");
  project.push("main", "four");
  await registry.close();
  try {
    const { code, output } = await project.pipeline({ ref: "main" });
    expect(code).not.toBe(0);
    // The runner shows what a failed job said last once more.
    const said = output.split("\n").map((line) => /slipway: .*/.exec(line)?.[0]);
    expect([...new Set(said)].filter(Boolean)).toEqual([
      expect.stringMatching(/The registry .* does not answer: .*ECONNREFUSED/),
    ]);
    expect(output).not.toContain(`deploy-${project.dev} starting`);
  } finally {
    await registry.open();
  }
  expect((await answer(ports.dev))["page"]).toBe("slow to start");
});

test("a job that is cancelled while it packs, or while the new version starts, is made good by the next pipeline", async () => {
  project.git("checkout", "--quiet", "--force", "main");
  project.writeApp("slow to build");
  project.clone.write("small/Dockerfile", `${project.dockerfile}RUN sleep 69\n`);
  project.push("main", "slow to build");
  await cancelWhen(() => docker("ps", "--no-trunc", "--format={{.Command}}").includes("sleep 69"));

  project.writeApp("too slow to start", 69);
  project.push("main", "too slow to start");
  await cancelWhen(() => webContainers().length === 2);
  expect((await answer(ports.dev))["page"]).toBe("slow to start");

  project.writeApp("five");
  const commit = project.push("main", "five");
  const { code, output } = await project.pipeline({ ref: "main" });
  expect(output).toMatch(/Released the lock of a run that is dead/);
  expect(code, output).toBe(0);
  expect(await answer(ports.dev)).toMatchObject({ page: "five", commit });
  expect(webContainers()).toHaveLength(1);
});

const webContainers = () =>
  docker(
    ...["ps", "--quiet"],
    ...[`--filter=label=slipway.stack=${project.dev}`, "--filter=label=slipway.role=web"],
  )
    .split("\n")
    .filter(Boolean);

/** Starts the pipeline of main, and ends its job at a moment as a runner's machine does that goes away. */
async function cancelWhen(moment: () => boolean): Promise<void> {
  const child = project.start({ ref: "main" });
  const end = ended(child);
  await until(moment, "the job is where it is to be cancelled", 120);
  child.kill("SIGKILL");
  const { PULUMI_BACKEND_URL = "" } = project.environment;
  for (const { pid } of findProcessesWith({ PULUMI_BACKEND_URL })) {
    // Those before it may have taken it along.
    if (findProcess(pid) !== undefined) process.kill(pid, "SIGKILL");
  }
  await end;
}
