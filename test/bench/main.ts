// `npm run bench`: what Slipway costs beside what else one would take, as tables on the standard output.
// It says what it finds and judges nothing. All that it makes is removed at the end.

import { cpus, loadavg, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { duration, say } from "../../ops/progress.ts";
import { chosenTools, PULUMI_VERSION } from "../../ops/tools.ts";
import { docker } from "../e2e/clone.ts";
import type { BenchRun } from "./bench-run.ts";
import { benchCluster } from "./cluster/index.ts";
import { Leftovers } from "./leftovers.ts";
import { benchNoOp } from "./no-op/index.ts";
import { benchReleases } from "./releases/index.ts";

const USAGE = "npm run bench [-- releases|no-op|cluster] [--repeat N]";

const benches: Readonly<Record<string, (run: BenchRun) => Promise<readonly string[]>>> = {
  releases: benchReleases,
  "no-op": benchNoOp,
  cluster: benchCluster,
};

const { values, positionals } = parseArgs({
  options: { repeat: { type: "string" } },
  allowPositionals: true,
});
const repetitions = values.repeat === undefined ? undefined : Number(values.repeat);
const chosen = positionals.length === 0 ? Object.keys(benches) : positionals;

if (chosen.some((name) => !(name in benches)) || !isCount(repetitions)) {
  say(`usage: ${USAGE}`);
  process.exit(2);
}

const started = Date.now();
const interruption = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    say("Ending after what is under way, and removing what was made ...");
    interruption.abort();
  });
}
const leftovers = new Leftovers();
try {
  process.stdout.write(`${machine()}\n`);
  const missing: string[] = [];
  for (const name of chosen) {
    const run = { repetitions, leftovers, signal: interruption.signal };
    missing.push(...((await benches[name]?.(run)) ?? []));
  }
  process.stdout.write(`At the end the load average was ${load()}.\n`);
  for (const what of missing) say(`Not measured: ${what}`);
  process.exitCode = missing.length === 0 ? 0 : 1;
} catch (error) {
  if (!interruption.signal.aborted) throw error;
  process.exitCode = 130;
} finally {
  await leftovers.removeAll();
  say(`All of it took ${duration(started)}.`);
}

function isCount(value: number | undefined): boolean {
  return value === undefined || (Number.isInteger(value) && value > 0);
}

function machine(): string {
  const gib = Math.round(totalmem() / 2 ** 30);
  const engine = docker("version", "--format={{.Server.Version}}");
  const tools = chosenTools().pulumi === "official" ? "official plugins" : "stand-in plugins";
  return (
    `${cpus().length} cores, ${gib} GiB, Node ${process.versions.node}, Pulumi ${PULUMI_VERSION} with ` +
    `${tools}, Docker ${engine}; load average at the start ${load()}. Medians (least to most).`
  );
}

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
