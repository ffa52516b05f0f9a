import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { duration, say } from "../ops/progress.ts";
import { OWN, ROOT } from "../ops/project.ts";
import { UserError } from "../ops/user-error.ts";
import { ensureAppPackages } from "./app-packages.ts";
import { ensureDocker } from "./docker-engine.ts";
import { alone } from "./lock.ts";
import { ensureTools } from "./tools.ts";

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Suite {
  /** Whether it needs a Docker Engine and Pulumi. */
  readonly needsTools: boolean;
  /** `slow`: only when it is named, or with `slow`; `named`: only when it is named. Else always. */
  readonly runs?: "slow" | "named";
  run(): Promise<Counts>;
}

const REPORTS = join(OWN, "test");
/** The closing line of the last run, for what calls `npm test`. */
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

/**
 * `npm test`: every suite but the slow ones, or those that are named, `slow` for all of the slow ones;
 * ends with the sum of what their reports say.
 */
export async function test(args: string[]): Promise<number> {
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

  let sum: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, suite } of chosen) {
    say(`\n▸ Suite ${name} ...`);
    const suiteStarted = Date.now();
    const counts = await suite.run();
    say(
      `${counts.failed === 0 ? "✓" : "✗"} Suite ${name}: ${line(counts)} in ${duration(suiteStarted)}`,
    );
    sum = add(sum, counts);
  }
  say(`\nAll of it took ${duration(started)}.`);
  writeFileSync(SUMMARY, `${line(sum)}\n`);
  process.stdout.write(`${line(sum)}\n`);
  return sum.failed === 0 ? 0 : 1;
}

function chosenSuites(names: string[]): { name: string; suite: Suite }[] {
  const all = Object.entries(suites).map(([name, suite]) => ({ name, suite }));
  if (names.length === 0) return all.filter(({ suite }) => suite.runs === undefined);
  return names.flatMap((name) =>
    name === "slow"
      ? all.filter(({ suite }) => suite.runs === "slow")
      : { name, suite: suiteOf(name) },
  );
}

function suiteOf(name: string): Suite {
  const suite = suites[name];
  if (suite !== undefined) return suite;
  const known = [...Object.keys(suites), "slow"].join(", ");
  throw new UserError(`There is no suite "${name}". There are ${known}: \`npm test -- unit\`.`);
}

async function runChecks(): Promise<Counts> {
  let counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [command = "", ...args] of checks) {
    const code = await show(command, args);
    say(`  ${code === 0 ? "✓" : "✗"} ${[command, ...args].join(" ")}`);
    counts = add(counts, { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 });
  }
  return counts;
}

/** The parts of Vitest's JSON report that are summed. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
}

async function runVitest(project: string): Promise<Counts> {
  const report = join(REPORTS, `${project}.json`);
  const output = [`--outputFile.json=${report}`, "--reporter=default", "--reporter=json"];
  const code = await show("vitest", ["run", "--project", project, ...output]);
  return countsOf(readReport(report), code);
}

/** A suite that ran no test, or that failed outside of its tests, has failed. */
export function countsOf(report: VitestReport | undefined, code: number): Counts {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests } = report;
  const failedOutside = numFailedTests === 0 && (code !== 0 || !report.success || passed === 0);
  return {
    passed,
    failed: failedOutside ? 1 : numFailedTests,
    skipped: numPendingTests + numTodoTests,
  };
}

function readReport(file: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
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

const add = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

const line = ({ passed, failed, skipped }: Counts) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
