import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reviewName } from "../../../ops/review/review-name.ts";
import { Clone, docker, type Ended, thingsOf } from "../clone.ts";
import { setConfig } from "../config.ts";
import { jsonAt } from "../host-name.ts";
import { type LoadedRequest, RequestLoop } from "../request-loop.ts";
import { writeSmallApp } from "../small-app.ts";

/** Says which image it is, and which container. */
const APP = `
import { createServer } from "node:http";
import { hostname } from "node:os";
process.on("SIGTERM", () => process.exit(0));
const { APP_IMAGE: image, PORT: port } = process.env;
createServer((_, response) => response.end(JSON.stringify({ image, container: hostname() })))
  .listen(Number(port), "0.0.0.0");
`;

const DEV = "dev.example";
const BELOW = "review.example";
type Which = "a" | "b";

let clone: Clone;
const repository = mkdtempSync(join(tmpdir(), "slipway-origin-"));
/** Two branches of which GitLab makes one slug. */
const branchOf = (which: Which) => `${clone.stack}${which === "a" ? "-" : "/"}x`;
const given = () => `review-${clone.stack}-x`;
const nameOf = (which: Which) => reviewName(given(), branchOf(which));
const stackOf = (which: Which) => nameOf(which).stack;
const hostOf = (which: Which) => `${nameOf(which).slug}.${BELOW}`;

beforeAll(async () => {
  clone = await Clone.make();
  writeSmallApp(clone);
  clone.write("small/server.mjs", APP);
  setConfig(clone, { domain: DEV, reviewDomain: BELOW });
  git(repository, "init", "--quiet", "--bare");
  git(clone.folder, "remote", "add", "origin", repository);
  for (const which of ["a", "b"] as const) push(branchOf(which));
  await succeed(clone.slipway(["start"]));
  const both = [review("a"), review("b")];
  for (const one of await Promise.all(both)) expect(one.code, one.output).toBe(0);
});
afterAll(async () => {
  for (const which of ["a", "b"] as const) await slipway("sweep", "-s", stackOf(which));
  await clone?.remove();
  rmSync(repository, { recursive: true, force: true });
});

describe("stacks for branches beside dev", () => {
  test("Each host name leads to its own stack, which has a database of its own, and another one to nothing", async () => {
    const hosts = [DEV, hostOf("a"), hostOf("b")];
    expect(await Promise.all(hosts.map(stackAt))).toEqual([
      clone.stack,
      stackOf("a"),
      stackOf("b"),
    ]);
    for (const which of ["a", "b"] as const)
      expect(container(stackOf(which), "database")).not.toBe("");
    await expect(answerOf(`other.${BELOW}`)).rejects.toThrow();
  });

  test("The address is the last line and in the dotenv file, and the file of the stack is not for git", async () => {
    const dotenv = join(clone.folder, ".slipway", "review.env");
    const { code, output } = await review("b", "--dotenv", dotenv);
    const url = `http://${hostOf("b")}:${clone.port}`;
    expect(code, output).toBe(0);
    expect(output.trimEnd().split("\n")).toContain(url);
    expect(readFileSync(dotenv, "utf8")).toContain(`SLIPWAY_URL=${url}\n`);
    expect(git(clone.folder, "status", "--porcelain")).not.toContain("Pulumi.review");
  });

  test("A release of dev and one of a branch fail no request of anybody; the branch's needs no file, and keeps its secrets", async () => {
    const before = await password("a");
    const loop = new RequestLoop(clone.url, [DEV, hostOf("a"), hostOf("b")].map(asked));
    clone.write("small/more.txt", "another image");
    await succeed(clone.slipway(["start"]));
    rmSync(join(clone.folder, `Pulumi.${stackOf("a")}.yaml`));
    await succeed(review("a", "--ttl", "2w"));
    const { answers, failures } = await loop.finish();

    expect(failures).toEqual([]);
    expect(answers.length).toBeGreaterThan(100);
    const [dev, a, b] = await Promise.all([DEV, hostOf("a"), hostOf("b")].map(answerOf));
    expect(a?.image).toBe(dev?.image);
    expect(b?.image).not.toBe(dev?.image);
    expect(await password("a")).toBe(before);
    const dotted = readFileSync(join(clone.folder, `Pulumi.${clone.stack}.yaml`), "utf8");
    expect(dotted).not.toContain(before);
  });

  test("Nothing of a branch's stack reaches dev's database", () => {
    const database = container(clone.stack, "database");
    const network = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    const address = docker("inspect", "--format", network, database);
    const own = container(stackOf("a"), "database");
    for (const role of ["web", "ingress"]) {
      const from = container(stackOf("a"), role);
      expect(reaches(from, own, role)).toBe(true);
      for (const target of [database, address]) expect(reaches(from, target, role)).toBe(false);
    }
  });

  test("dev can't be taken down while it serves others, and goes on", async () => {
    const { code, output } = await clone.slipway(["destroy", "--data", "--yes", clone.stack]);
    expect(code, output).toBe(1);
    expect(output).toContain("serves other stacks");
    expect(output).toContain(stackOf("a"));
    expect(await stackAt(DEV)).toBe(clone.stack);
    expect(await stackAt(hostOf("a"))).toBe(stackOf("a"));
  });
});

test("No stack takes the host name of another one, however it is written", async () => {
  const set = (domain: string) =>
    slipway("pulumi", "config", "set", "domain", domain, "-s", stackOf("b"));
  await succeed(set(DEV.toUpperCase()));
  const { code, output } = await slipway(
    "pulumi",
    "up",
    "--yes",
    "--skip-preview",
    "-s",
    stackOf("b"),
  );
  await succeed(set(hostOf("b")));
  expect(code, output).not.toBe(0);
  expect(output).toContain(`The host ${DEV} is served there already, for another stack.`);
  expect(await stackAt(DEV)).toBe(clone.stack);
  expect(await stackAt(hostOf("b"))).toBe(stackOf("b"));
});

describe("what a sweep takes", () => {
  test("A question that fails is never taken for a branch that is gone", async () => {
    const { code, output } = await slipway("sweep", "--remote", "/nowhere", "--like", clone.stack);
    expect(code, output).toBe(1);
    expect(output).toContain("could not be asked");
    expect(await stackAt(hostOf("b"))).toBe(stackOf("b"));
  });

  test("dev is refused, and so is what is protected", async () => {
    const named = await slipway("sweep", "-s", clone.stack);
    expect([named.code, named.output]).toEqual([
      2,
      expect.stringContaining("its name is not that of a review stack"),
    ]);
    await succeed(slipway("pulumi", "state", "protect", "--all", "--yes", "-s", stackOf("a")));
    const kept = await slipway("sweep", "-s", stackOf("a"));
    await succeed(slipway("pulumi", "state", "unprotect", "--all", "--yes", "-s", stackOf("a")));
    expect(kept.code).toBe(2);
    expect(kept.output).toContain("it has protected resources");
    expect(await stackAt(hostOf("a"))).toBe(stackOf("a"));
  });

  test("A branch's stack is not another branch's of the same slug: the stop job of that one does not touch it", async () => {
    const stopped = await slipway("sweep", "-s", given(), "--branch", `${clone.stack}_x`);
    expect(stopped.code, stopped.output).toBe(0);
    expect(stopped.output).toContain(`stays: it is for the branch ${branchOf("a")}`);
    const stacks = await Promise.all(["a", "b"].map((which) => stackAt(hostOf(which as Which))));
    expect(stacks).toEqual([stackOf("a"), stackOf("b")]);
  });

  test("A stack whose branch is gone goes with its data and without its file; the others stay", async () => {
    git(clone.folder, "push", "--quiet", "origin", "--delete", branchOf("b"));
    rmSync(join(clone.folder, `Pulumi.${stackOf("b")}.yaml`));
    const dry = await slipway("sweep", "--dry-run", "--json", "--like", clone.stack);
    expect(dry.output).toContain(`its branch ${branchOf("b")} is gone`);
    expect(thingsOf(stackOf("b"))).not.toEqual([]);

    const { code, output } = await slipway("sweep", "--like", clone.stack);
    expect(code, output).toBe(0);
    expect(thingsOf(stackOf("b"))).toEqual([]);
    await expect(answerOf(hostOf("b"))).rejects.toThrow();
    expect(await Promise.all([DEV, hostOf("a")].map(stackAt))).toEqual([clone.stack, stackOf("a")]);
  });

  test("A stack whose time is over goes although its branch is there, and dev can be taken down then", async () => {
    const over = ["config", "set", "reviewUntil", "2020-01-01T00:00:00Z"];
    await succeed(slipway("pulumi", ...over, "-s", stackOf("a")));
    await succeed(slipway("pulumi", "up", "--yes", "--skip-preview", "-s", stackOf("a")));
    const { code, output } = await slipway("sweep", "--like", clone.stack);
    expect(code, output).toBe(0);
    expect(output).toContain("its time was over at 2020-01-01T00:00:00Z");
    expect(thingsOf(stackOf("a"))).toEqual([]);
    expect((await slipway("sweep", "-s", stackOf("a"))).code).toBe(0);
    await succeed(clone.slipway(["stop"]));
  });
});

/** In the backend where the clone has its own stack. */
const slipway = (...args: string[]) =>
  clone.slipway(args, {
    PULUMI_BACKEND_URL: `file://${clone.folder}/.slipway/state`,
    PULUMI_CONFIG_PASSPHRASE_FILE: join(clone.folder, ".slipway", "passphrase"),
  });

/** With the image that dev has just then. */
async function review(which: Which, ...more: string[]): Promise<Ended> {
  const { output } = await clone.pulumi(["stack", "output", "verifiedImage"]);
  const image = output.trim().split("\n").at(-1) ?? "";
  const args = ["-s", given(), "--like", clone.stack, "--branch", branchOf(which)];
  return await slipway("review", ...args, "--image", image, ...more);
}

async function password(which: Which): Promise<string> {
  const { output } = await slipway(
    ...["pulumi", "config", "get", "databasePassword", "-s", stackOf(which)],
  );
  return output.trim();
}

async function succeed(run: Promise<Ended>): Promise<void> {
  const { code, output } = await run;
  if (code !== 0) throw new Error(output);
}

function push(branch: string): void {
  git(clone.folder, "push", "--quiet", "origin", `HEAD:refs/heads/${branch}`);
}

function git(folder: string, ...args: string[]): string {
  return execFileSync("git", ["-C", folder, ...args], { encoding: "utf8" });
}

const asked = (host: string): LoadedRequest => ({
  name: host,
  path: "/",
  headers: { host },
  status: 200,
  perSecond: 10,
});

interface Answer {
  readonly image: string;
  readonly container: string;
}

/** The stack whose app answers at a host name. */
async function stackAt(host: string): Promise<string> {
  const { container: id } = await answerOf(host);
  return docker("inspect", "--format", '{{index .Config.Labels "slipway.stack"}}', id);
}

/** Through the one port that is published. */
const answerOf = (host: string) => jsonAt<Answer>(clone.port, host);

function container(stack: string, role: string): string {
  const filters = [`label=slipway.stack=${stack}`, `label=slipway.role=${role}`];
  const options = filters.flatMap((filter) => ["--filter", filter]);
  return docker("ps", "--format", "{{.Names}}", ...options);
}

/** Whether a container gets a connection to the port of Postgres. */
function reaches(from: string, target: string, role: string): boolean {
  const connect = `const s = require("net").connect(5432, "${target}");
    s.on("connect", () => process.exit(0)); s.on("error", () => process.exit(1));
    setTimeout(() => process.exit(1), 2000);`;
  // What answers on it is no HTTP, which is another failure (52) than that of a connection.
  const command =
    role === "web"
      ? ["node", "-e", connect]
      : ["sh", "-c", `curl -s --http0.9 --max-time 2 http://${target}:5432; [ $? -eq 52 ]`];
  try {
    docker("exec", from, ...command);
    return true;
  } catch {
    return false;
  }
}
