import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProcessesWith } from "../../../ops/processes.ts";
import { Clone, docker, type Ended, ended, thingsOf } from "../clone.ts";
import { type SmallApp, writeSmallApp } from "../small-app.ts";
import { unrecordedThings } from "../unrecorded.ts";
import { until } from "../until.ts";

/** Unlike what another test may sleep. */
const SLOW = 61;

interface Moment {
  readonly during: string;
  readonly app: SmallApp;
  isThere(): boolean;
}

let clone: Clone;

beforeAll(async () => {
  clone = await Clone.make();
});

afterAll(async () => {
  for (const { pid } of processesOfClone()) process.kill(pid, "SIGKILL");
  await clone.remove();
});

const building: Moment = {
  during: "the build of the image",
  app: { build: [`RUN sleep ${SLOW}`] },
  isThere: () => commandRuns(`sleep ${SLOW}`),
};

const migrating: Moment = {
  during: "the migration",
  app: { migrateCommand: `sleep ${SLOW}` },
  isThere: () => containerRuns(`slipway-${clone.stack}-migrate`),
};

const starting: Moment = {
  during: "the wait for the app",
  app: { before: "await new Promise((go) => setTimeout(go, 60_000));" },
  isThere: () => containers("role=web").length > 0,
};

const creating: Moment = {
  during: "the creation of a container",
  app: {},
  isThere: () => containers("role=database").length > 0,
};

describe("A start that is killed, and then", () => {
  test.each([creating])("started again after $during: it finishes the work", async (moment) => {
    const run = await startUntil(moment);
    killGroup(run.child, "SIGKILL");
    await run.end;

    writeSmallApp(clone);
    const { code, output } = await clone.slipway(["start"]);

    expect(output).toContain(
      "`npm start` was killed before it was done; this run goes on from there.",
    );
    expect(output).toMatch(/Released the lock of a run that was killed \(process \d+\)\./);
    expect(output).toContain("A run was interrupted while it worked on ");
    expect(code, output).toBe(0);
    expect((await fetch(clone.url)).status).toBe(200);
    await expectNothingLeftOver();
    await destroyed();
  });

  test.each([building, migrating])(
    "destroyed at once after $during: nothing is left",
    async (moment) => {
      const run = await startUntil(moment);
      killGroup(run.child, "SIGKILL");
      await run.end;
      await destroyed();
    },
  );
});

test("When only the engine is killed, the start ends with 1, and the next one finishes the work", async () => {
  const run = await startUntil(migrating);
  for (const { pid, name } of processesOfClone())
    if (name === "pulumi") process.kill(pid, "SIGKILL");
  expect((await run.end).code).toBe(1);

  writeSmallApp(clone);
  const { code, output } = await clone.slipway(["start"]);

  expect(output).toMatch(/Released the lock of a run that was killed \(process \d+\)\./);
  expect(output).toContain("A run was interrupted while it worked on migrate.");
  expect(code, output).toBe(0);
  await expectNothingLeftOver();
});

test("A stop that is killed goes on with the next stop, and the volume of the database stays", async () => {
  // The stack is up from the test before.
  const child = clone.spawn(["stop"]);
  const end = ended(child);
  await until(() => containers("role=web").length === 0, "the app is being taken down");
  killGroup(child, "SIGKILL");
  await end;

  const { code, output } = await clone.slipway(["stop"]);
  expect(code, output).toBe(0);
  // The images stay too, so that the next start has what it had.
  const others = thingsOf(clone.stack).filter((one) => !one.startsWith("image "));
  expect(others).toEqual([`volume slipway-${clone.stack}-database`]);
  await destroyed();
});

test("Ctrl-C lets the engine end in order: 130, no lock, and the next start finishes the work", async () => {
  const run = await startUntil(starting);
  killGroup(run.child, "SIGINT");
  const { code, output } = await run.end;
  expect(output).toContain("Interrupted: ");
  expect(code, output).toBe(130);
  expect(await unrecordedThings(clone)).toEqual([]);
  expect(existsSync(join(clone.folder, ".slipway", "lock.json"))).toBe(false);

  writeSmallApp(clone);
  const again = await clone.slipway(["start"]);
  expect(again.output).not.toContain("was killed");
  expect(again.code).toBe(0);
  await expectNothingLeftOver();
});

test("SIGTERM to the pulumi command of the clone alone lets the engine end in order", async () => {
  const stop = await clone.slipway(["stop"]);
  expect(stop.code, stop.output).toBe(0);
  const up = ["pulumi", "up", "--yes", "--skip-preview", "--stack", clone.stack];
  const run = await startUntil(starting, up);
  process.kill(run.child.pid ?? Number.NaN, "SIGTERM");
  const { code, output } = await run.end;
  expect(output).toContain("SIGTERM received; cancelling.");
  expect(code, output).not.toBe(0);
  await until(() => processesOfClone().length === 0, "all that it has started has ended");
  expect(await unrecordedThings(clone)).toEqual([]);
  const state = readdirSync(join(clone.folder, ".slipway", "state"), { recursive: true });
  expect(state.filter((file) => /locks\/.*\.json$/.test(String(file)))).toEqual([]);
});

test("A start beside another one is refused, with the command and the process that is at work", async () => {
  const run = await startUntil({ ...migrating, app: { migrateCommand: "sleep 20" } });
  const second = await clone.slipway(["start"]);
  killGroup(run.child, "SIGINT");
  await run.end;

  const { pid } = run.child;
  expect(second.output).toMatch(
    /`npm start` is already at work on this clone \(process \d+, since/,
  );
  expect(Number(/process (\d+)/.exec(second.output)?.[1])).toBeGreaterThan(pid ?? 0);
  expect(second.code).toBe(2);
});

/** Starts an app, to a moment. */
async function startUntil(
  moment: Moment,
  command = ["start"],
): Promise<{ child: ChildProcess; end: Promise<Ended> }> {
  writeSmallApp(clone, moment.app);
  const child = clone.spawn(command);
  let hasEnded = false;
  const end = ended(child).finally(() => {
    hasEnded = true;
  });
  await until(async () => {
    if (hasEnded) throw new Error(`It ended before ${moment.during}:\n${(await end).output}`);
    return moment.isThere();
  }, `${moment.during} has begun`);
  return { child, end };
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  process.kill(-(child.pid ?? Number.NaN), signal);
}

async function destroyed(): Promise<void> {
  const { code, output } = await clone.slipway(["destroy", "--data", "--yes", clone.stack]);
  expect(output).toContain("is gone, and so is its data.");
  expect(code, output).toBe(0);
  expect(thingsOf(clone.stack)).toEqual([]);
  expect(processesOfClone()).toEqual([]);
}

async function expectNothingLeftOver(): Promise<void> {
  expect(await unrecordedThings(clone)).toEqual([]);
  expect(containers("role=step")).toEqual([]);
  expect(processesOfClone()).toEqual([]);
  // Written in place by the backend's default: killed meanwhile, they would be empty, and the stack shut.
  const state = readdirSync(join(clone.folder, ".slipway", "state"), { recursive: true });
  expect(state.filter((file) => String(file).endsWith(".attrs"))).toEqual([]);
}

/** Everything that this clone's commands have started, whichever group it is in. */
const processesOfClone = () => findProcessesWith({ SLIPWAY_LOCAL_STACK: clone.stack });

function containers(label: string): string[] {
  const filters = [
    `--filter=label=slipway.stack=${clone.stack}`,
    `--filter=label=slipway.${label}`,
  ];
  return docker("ps", "--all", "--quiet", ...filters)
    .split("\n")
    .filter(Boolean);
}

const containerRuns = (name: string) => docker("ps", "--quiet", `--filter=name=^${name}$`) !== "";

/** Whether a container of the engine runs a command; one of a build has no name of ours. */
const commandRuns = (command: string) =>
  docker("ps", "--no-trunc", "--format={{.Command}}").includes(command);
