import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { findProcessesWith } from "../../ops/processes.ts";
import { FakeGitLab } from "../gitlab/fake-gitlab.ts";
import { Clone, docker, ended, thingsOf } from "./clone.ts";
import { readyImage, TeamStack } from "./team-stack.ts";
import { until } from "./until.ts";

// One clone and two stacks of a team, whose life goes on from test to test.
let clone: Clone;
let dev: TeamStack;
let prod: TeamStack;
let gitlab: FakeGitLab;
let repository: string;
let commits: readonly string[];

const image = (release: number) => `${repository}:${release}`;
const commit = (release: number) => commits[release - 1] ?? "";

beforeAll(async () => {
  clone = await Clone.make();
  gitlab = await FakeGitLab.start();
  repository = `${clone.stack}/app`;
  commits = [1, 2, 3, 4].map((release) => {
    clone.commit(`release ${release}`);
    return execFileSync("git", ["-C", clone.folder, "rev-parse", "HEAD"], {
      encoding: "utf8",
    }).trim();
  });
  for (const release of [1, 2, 3]) await readyImage(image(release), commit(release));
  const settings = { staticPath: "", migrateCommand: "", build: "false" };
  dev = await TeamStack.make(clone, "dev", settings);
  prod = await TeamStack.make(clone, "prod", { ...settings, database: "none" });
});

afterAll(async () => {
  for (const { pid } of findProcessesWith({ SLIPWAY_LOCAL_STACK: clone.stack })) {
    process.kill(pid, "SIGKILL");
  }
  for (const stack of [dev, prod].filter((one) => one !== undefined)) {
    await stack.slipway(["pulumi", "cancel", "--yes", "-s", stack.name]);
    await stack.slipway(["pulumi", "state", "unprotect", "--all", "--yes", "-s", stack.name]);
    const { code, output } = await stack.verb("destroy", ["--data", "--yes", stack.name]);
    expect(code, output).toBe(0);
    expect(thingsOf(stack.name)).toEqual([]);
  }
  docker("image", "rm", "--force", ...[1, 2, 3].map(image));
  await gitlab.stop();
  await clone.remove();
});

const release = (stack: TeamStack, number: number, ...more: string[]) =>
  stack.verb("up", [
    "--image",
    image(number),
    "--version",
    `1.${number}`,
    "--commit",
    commit(number),
    ...more,
  ]);

const answer = async (stack: TeamStack) => await (await fetch(stack.url)).json();

test("Without a login or a passphrase, one message says what to type, and nothing is tried", async () => {
  const env = { PULUMI_BACKEND_URL: "", PULUMI_ACCESS_TOKEN: "" };
  const { code, output } = await clone.slipway(["up", "-s", dev.name], env);
  expect(code, output).toBe(2);
  expect(output).toContain("`npm run pulumi -- login gs://BUCKET`");
  expect(output).toContain("`export PULUMI_CONFIG_PASSPHRASE_FILE=FILE`");
});

test("up releases an image, says so in one line, and leaves the address to the jobs after it", async () => {
  const dotenv = join(clone.folder, "deploy.env");
  const { code, output } = await release(dev, 2, "--dotenv", dotenv);
  expect(code, output).toBe(0);
  expect(output.trimEnd().split("\n").at(-1)).toMatch(
    new RegExp(`^✓ http://localhost:${dev.port} answers with 1\\.2: .*\\d s$`),
  );
  expect(await answer(dev)).toEqual({ image: image(2), version: "1.2" });
  expect(readFileSync(dotenv, "utf8")).toMatch(
    new RegExp(
      `^SLIPWAY_URL=http://localhost:${dev.port}\nSLIPWAY_VERSION=1\\.2\nSLIPWAY_IMAGE=${image(2)}\nSLIPWAY_SECONDS=\\d+\n$`,
    ),
  );
});

test("An older image is not put over a newer one, unless it is forced", async () => {
  const dotenv = join(clone.folder, "skipped.env");
  const { code, output } = await release(dev, 1, "--dotenv", dotenv);
  expect(code, output).toBe(0);
  expect(readFileSync(dotenv, "utf8")).toMatch(/^SLIPWAY_SKIPPED=true$/m);
  expect(output.trimEnd().split("\n").at(-1)).toBe(
    `✓ Skipped: 1.2 on ${dev.name} is newer than ${commit(1).slice(0, 12)}. To deploy an older image, ` +
      "roll back, or use --force.",
  );
  expect(await answer(dev)).toMatchObject({ version: "1.2" });
});

test("A run that lives keeps its lock; one that is killed loses it, and the next up mends what it left", async () => {
  await dev.set("migrateCommand", "sleep 67");
  const child = clone.spawn(
    ["up", "-s", dev.name, "--image", image(3), "--version", "1.3"],
    dev.environment,
  );
  const end = ended(child);
  const migrates = () =>
    docker("ps", "--quiet", `--filter=name=^slipway-${dev.name}-migrate$`) !== "";
  await until(migrates, "the migration runs", 120);
  const living = await dev.verb("unlock", ["--force"]);
  expect(living.code).toBe(2);
  expect(living.output).toMatch(/is being changed by pulumi, process \d+ of .*\. Wait for it/);

  process.kill(-(child.pid ?? Number.NaN), "SIGKILL");
  for (const { pid, name } of findProcessesWith({ SLIPWAY_LOCAL_STACK: clone.stack })) {
    if (name === "pulumi") process.kill(pid, "SIGKILL");
  }
  await end;
  const dead = await dev.verb("unlock");
  expect(dead.output).toMatch(/Released the lock of a run that is dead \(process \d+ of /);
  expect(dead.code).toBe(0);
  expect((await dev.verb("unlock")).output).toContain(`✓ ${dev.name} was not locked.`);

  await dev.set("migrateCommand", "true");
  const { code, output } = await release(dev, 3);
  expect(output).toContain("A run was interrupted while it worked on migrate.");
  expect(code, output).toBe(0);
  expect(await answer(dev)).toMatchObject({ version: "1.3" });
});

test("promote releases the very image that dev verified, under the name of the tag", async () => {
  const { code, output } = await promote(3, "v1.3.0");
  expect(code, output).toBe(0);
  expect(output).toContain(`${dev.name} verified ${image(3)} (1.3) on `);
  expect(await answer(prod)).toEqual({ image: image(3), version: "v1.3.0" });
});

test("promote refuses what dev never verified, and what is older than what is live", async () => {
  const never = await promote(4, "v1.4.0");
  expect(never.code).toBe(2);
  expect(never.output).toContain(`${dev.name} has never verified ${commit(4).slice(0, 12)}`);
  for (const known of [3, 2]) expect(never.output).toContain(commit(known).slice(0, 12));
  const older = await promote(2, "v1.2.0");
  expect(older.code, older.output).toBe(1);
  expect(older.output.trimEnd().split("\n").at(-1)).toBe(
    `slipway: v1.3.0 on ${prod.name} is newer than ${commit(2).slice(0, 12)}. Nothing was released: v1.3.0 is ` +
      `live. To release ${commit(2).slice(0, 12)} anyway, type the same command with --force.`,
  );
  expect(await answer(prod)).toMatchObject({ version: "v1.3.0" });
});

test("preview says what a release does, and that nothing is to be done where that is so", async () => {
  const same = await dev.verb("preview");
  expect(same.code, same.output).toBe(0);
  expect(same.output).toContain(`${dev.name}: no change\n`);
  const terraform = join(clone.folder, "plan.json");
  const args = ["--image", image(2), "--version", "1.2", "--terraform", terraform];
  const { code, output } = await dev.verb("preview", args);
  expect(code, output).toBe(0);
  expect(output).toContain(`${dev.name}: no downtime\n`);
  expect(output).toContain(`  releases 1.2 (image ${image(2)}) without a gap; it was 1.3\n`);
  expect(JSON.parse(readFileSync(terraform, "utf8"))).toMatchObject({ create: 1, delete: 1 });
});

test("a danger fails the preview until the merge request carries the label, and its note is one", async () => {
  await dev.set("protectData", "false");
  await dev.set("bindAddress", "0.0.0.0");
  gitlab.addMergeRequest(7);
  const pipeline = { ...gitlab.environment(), CI_MERGE_REQUEST_IID: "7" };
  const danger = await dev.verb("preview", ["--note"], pipeline);
  expect(danger.code, danger.output).toBe(1);
  expect(danger.output).toContain(`${dev.name}: DATA AT RISK · BECOMES PUBLIC · restart\n`);
  expect(danger.output).toContain(
    "! the protection of the Docker volume `database-data` is removed",
  );
  expect(danger.output).toContain(`port ${dev.port} becomes open to every address`);
  expect(danger.output).toContain("Nginx is replaced: a gap of about a second");
  gitlab.addMergeRequest(8, { labels: ["slipway::allow-danger"] });
  const allowed = await dev.verb("preview", ["--note"], { ...pipeline, CI_MERGE_REQUEST_IID: "8" });
  expect(allowed.code, allowed.output).toBe(0);

  await dev.set("protectData", "true");
  await dev.set("bindAddress", "127.0.0.1");
  const safe = await dev.verb("preview", ["--note"], pipeline);
  expect(safe.code, safe.output).toBe(0);
  const [note, ...more] = gitlab.notes.get(7) ?? [];
  expect(more).toEqual([]);
  expect(note?.body).toContain(`### \`${dev.name}\`: no change`);
  expect(gitlab.refused).toEqual([]);
});

test("what is protected can't go by a change of config, and the preview says which it is", async () => {
  await dev.set("database", "none");
  gitlab.addMergeRequest(9);
  const pipeline = { ...gitlab.environment(), CI_MERGE_REQUEST_IID: "9" };
  const { code, output } = await dev.verb("preview", ["--note"], pipeline);
  await dev.set("database", "container");
  expect(code, output).toBe(1);
  expect(gitlab.notes.get(9)?.[0]?.body).toMatch(/THE PREVIEW FAILED.*database-data/s);
  expect(output).toMatch(/database-data.*protect/s);
});

test("drift sees what was stopped by hand, says what it is, and changes nothing", async () => {
  const same = await prod.verb("drift");
  expect(same.code, same.output).toBe(0);
  const [web = ""] = containers(prod, "web");
  docker("update", "--memory=300m", "--memory-swap=300m", web);
  const resized = await prod.verb("drift");
  expect(resized.output).toContain("the Docker container `web-1` was changed by hand: memory");
  docker("stop", "--time=1", web);
  const { code, output } = await prod.verb("drift");
  expect(code, output).toBe(1);
  expect(output).toContain("the Docker container `web-1` does not run");
  expect(containers(prod, "web")).toEqual([]);
  expect((await prod.verb("status", ["--json"])).code).toBe(1);
});

test("destroy does not take along the review stacks that are where it is, and says how they go", async () => {
  const review = `review-${clone.stack}`;
  const config = {
    "slipway:reviewBranch": "feature",
    "slipway:reviewUntil": "2099-01-01T00:00:00Z",
    "slipway:reviewLike": dev.name,
  };
  clone.write(`Pulumi.${review}.yaml`, stringify({ config }));
  expect((await dev.slipway(["pulumi", "stack", "init", review])).code).toBe(0);
  try {
    const { code, output } = await dev.verb("destroy", ["--yes", dev.name]);
    expect(output).toContain(`A review stack runs beside ${dev.name}, and would be lost`);
    expect(output).toContain(`  ./slipway sweep -s ${review}\n`);
    expect(code, output).toBe(2);
    expect(await answer(dev)).toMatchObject({ version: expect.any(String) });
  } finally {
    await dev.slipway(["pulumi", "stack", "rm", "--yes", review]);
  }
});

test("destroy wants the stack's name, keeps data, and refuses what is protected in one message", async () => {
  const unasked = await dev.verb("destroy");
  expect(unasked.code).toBe(2);
  expect(unasked.output).toContain(`To confirm, add --yes ${dev.name}.`);
  expect((await dev.verb("destroy", ["--yes", prod.name])).code).toBe(2);
  const guarded = await dev.verb("destroy", ["--data", "--yes", dev.name]);
  expect(guarded.code).toBe(2);
  expect(guarded.output).toContain(`${dev.name} has protected resources: database-data (data).`);
  expect(guarded.output).toContain(`config set protectData false -s ${dev.name}`);
  expect(await answer(dev)).toMatchObject({ version: "1.3" });

  const { code, output } = await dev.verb("destroy", ["--yes", dev.name]);
  expect(code, output).toBe(0);
  expect(output).toContain("is down; its data is kept: ");
  // The images stay too, for the next up.
  const others = thingsOf(dev.name).filter((one) => !one.startsWith("image "));
  expect(others).toEqual([`volume slipway-${dev.name}-database`]);
});

const promote = (number: number, version: string) =>
  prod.verb("promote", ["--from", dev.name, "--commit", commit(number), "--version", version]);

/** Those that run. */
function containers(stack: TeamStack, role: string): string[] {
  const labels = [`slipway.stack=${stack.name}`, `slipway.role=${role}`];
  const filters = labels.map((label) => `--filter=label=${label}`);
  return docker("ps", "--quiet", ...filters)
    .split("\n")
    .filter(Boolean);
}
