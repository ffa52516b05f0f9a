import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { duration, say } from "../ops/progress.ts";
import { OWN, ROOT } from "../ops/project.ts";
import { newCommand } from "../ops/verbs/command.ts";
import { choices } from "../ops/verbs/options.ts";
import { defineVerb } from "../ops/verbs/verb.ts";
import { ensureAppPackages } from "./app-packages.ts";
import { ensureDocker } from "./docker-engine.ts";
import { alone } from "./lock.ts";
import { checkScripts } from "./shellcheck.ts";
import { ensureTools } from "./tools.ts";
import { type Counts, countsOf, failuresIn, readReport } from "./vitest-report.ts";

interface Result extends Counts {
  /** A line for each test or check that failed. */
  readonly failures: readonly string[];
}

interface Suite {
  /** Whether it needs a Docker Engine and Pulumi. */
  readonly needsTools: boolean;
  /** `slow`: only when it is named, or with `slow`; `named`: only when it is named. Else always. */
  readonly runs?: "slow" | "named";
  run(): Promise<Result>;
}

const REPORTS = join(OWN, "test");
/** The closing line of the last run and a line for each failure, for scripts that call `npm test`. */
const SUMMARY = join(REPORTS, "summary.txt");

const checks = [
  ["tsc", "-p", "."],
  ["tsc", "-p", "app"],
  ["tsc", "-p", "offline"],
  ["biome", "ci", "."],
  ["eslint", "."],
  ["knip"],
];

const suites: Record<string, Suite> = {
  check: { needsTools: false, run: runChecks },
  unit: { needsTools: false, run: () => runVitest("unit") },
  engine: { needsTools: true, run: () => runVitest("engine") },
  e2e: { needsTools: true, run: () => runVitest("e2e") },
  images: { needsTools: true, runs: "slow", run: () => runVitest("images") },
  apps: { needsTools: true, runs: "slow", run: () => runVitest("apps") },
  hosts: { needsTools: true, runs: "slow", run: () => runVitest("hosts") },
  pipeline: { needsTools: true, runs: "slow", run: () => runVitest("pipeline") },
  "pipeline-stacks": { needsTools: true, runs: "slow", run: () => runVitest("pipeline-stacks") },
  "pipeline-cluster": { needsTools: true, runs: "slow", run: () => runVitest("pipeline-cluster") },
  failures: { needsTools: true, runs: "slow", run: () => runVitest("failures") },
  cluster: { needsTools: true, runs: "slow", run: () => runVitest("cluster") },
  load: { needsTools: true, runs: "slow", run: () => runVitest("load") },
  "cluster-stacks": { needsTools: true, runs: "named", run: () => runVitest("cluster-stacks") },
  "cluster-load": { needsTools: true, runs: "named", run: () => runVitest("cluster-load") },
  "cluster-acme": { needsTools: true, runs: "named", run: () => runVitest("cluster-acme") },
};

const command = newCommand(
  "test",
  "Run the suites check, unit, engine and e2e, or those that are named: `npm test -- SUITE ...`.",
).addArgument(
  choices(
    "[suite...]",
    [...Object.keys(suites), "slow"],
    "Which to run; `slow`: all the slow ones.",
  ),
);

export const test = defineVerb(command, {
  group: "Development",
  needsPulumi: false,
  run: async (_, names = []) => await runSuites(names),
});

/**
 * Every suite but the slow ones, or those that are named, `slow` for all of the slow ones; ends with the sum
 * of what their reports say.
 */
async function runSuites(args: readonly string[]): Promise<number> {
  const started = Date.now();
  const chosen = chosenSuites(args);
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });

  await ensureAppPackages();
  if (chosen.some(({ suite }) => suite.needsTools)) {
    await alone("npm test", async () => {
      await ensureDocker();
      await ensureTools();
    });
  }

  let sum: Result = NOTHING;
  for (const { name, suite } of chosen) {
    say(`\n▸ Suite ${name} ...`);
    const suiteStarted = Date.now();
    const result = await suite.run();
    say(
      `${result.failed === 0 ? "✓" : "✗"} Suite ${name}: ${line(result)} in ${duration(suiteStarted)}`,
    );
    const failures = result.failures.map((failure) => `✗ ${name}: ${failure}`);
    sum = add(sum, { ...result, failures });
  }
  say(`\nAll of it took ${duration(started)}.`);
  for (const failure of sum.failures) say(failure);
  const left = leftOut(args);
  if (left.length > 0) say(`Not run: \`npm test -- ${left.join(" ")}\`.`);
  writeFileSync(SUMMARY, [line(sum), ...sum.failures, ""].join("\n"));
  process.stdout.write(`${line(sum)}\n`);
  return sum.failed === 0 ? 0 : 1;
}

function chosenSuites(names: readonly string[]): { name: string; suite: Suite }[] {
  const all = Object.entries(suites).map(([name, suite]) => ({ name, suite }));
  if (names.length === 0) return all.filter(({ suite }) => suite.runs === undefined);
  return names.flatMap((name) =>
    name === "slow"
      ? all.filter(({ suite }) => suite.runs === "slow")
      : { name, suite: suiteOf(name) },
  );
}

/** Suites that a run of no names, or of the slow ones, does not include. */
function leftOut(args: readonly string[]): string[] {
  const isRun = ({ runs }: Suite) => (args.length === 0 ? runs === undefined : runs !== "named");
  if (args.length > 0 && !args.includes("slow")) return [];
  return Object.entries(suites).flatMap(([name, suite]) => (isRun(suite) ? [] : [name]));
}

function suiteOf(name: string): Suite {
  const suite = suites[name];
  if (suite !== undefined) return suite;
  throw new Error(`There is no suite ${name}.`); // The command's declaration takes no other.
}

async function runChecks(): Promise<Result> {
  let sum: Result = NOTHING;
  for (const [command = "", ...args] of checks) {
    const code = await show(command, args);
    const text = [command, ...args].join(" ");
    say(`  ${code === 0 ? "✓" : "✗"} ${text}`);
    const [passed, failed, failures] = code === 0 ? [1, 0, []] : [0, 1, [text]];
    sum = add(sum, { passed, failed, skipped: 0, failures });
  }
  return add(sum, await runShellcheck());
}

async function runShellcheck(): Promise<Result> {
  const isRight = await checkScripts();
  if (isRight === undefined) {
    say("  - shellcheck: skipped");
    return { ...NOTHING, skipped: 1 };
  }
  say(`  ${isRight ? "✓" : "✗"} shellcheck`);
  return isRight ? { ...NOTHING, passed: 1 } : { ...NOTHING, failed: 1, failures: ["shellcheck"] };
}

async function runVitest(project: string): Promise<Result> {
  const file = join(REPORTS, `${project}.json`);
  const output = [`--outputFile.json=${file}`, "--reporter=default", "--reporter=json"];
  const code = await show("vitest", ["run", "--project", project, ...output]);
  const report = readReport(file);
  return { ...countsOf(report, code), failures: failuresIn(report) };
}

/** Runs a command of ours with its output on the screen. */
function show(command: string, args: string[]): Promise<number> {
  const bin = join(ROOT, "node_modules", ".bin");
  const path = [dirname(process.execPath), bin, process.env["PATH"] ?? ""].join(delimiter);
  const child = spawn(process.execPath, [join(bin, command), ...args], {
    cwd: ROOT,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, PATH: path },
  });
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((done) => child.once("close", (code) => done(code ?? 1)));
}

const NOTHING: Result = { passed: 0, failed: 0, skipped: 0, failures: [] };

const add = (a: Result, b: Result): Result => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
  failures: [...a.failures, ...b.failures],
});

const line = ({ passed, failed, skipped }: Counts) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
