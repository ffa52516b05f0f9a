import { step } from "../../../ops/progress.ts";
import type { BenchRun } from "../bench-run.ts";
import { median, spread } from "../spread.ts";
import { table } from "../table.ts";
import { COMMANDS, type MeasuredRun, measureRun, type Program } from "./measure.ts";
import { emptyProgram, slipwayProgram, underDefaultRuntime } from "./programs.ts";

type Command = keyof typeof COMMANDS;
type Measured = ReadonlyMap<Program, readonly MeasuredRun[]>;

const FIGURES = { seconds: 2, tree: 0, largest: 0 } as const;

/**
 * `preview` and `up` of a stack in which nothing has changed, beside other programs and runtimes.
 *
 * @returns what could not be measured.
 */
export async function benchNoOp(run: BenchRun): Promise<readonly string[]> {
  const { leftovers } = run;
  const own = await step("Making a stack with the sample app", () => slipwayProgram(leftovers));
  const empty = await emptyProgram(leftovers);
  const compiled = await underDefaultRuntime(own, leftovers);

  for (const command of Object.keys(COMMANDS) as Command[]) {
    const measured = await step(`Measuring ${command}`, () =>
      takeTurns([own, empty, compiled], command, run),
    );
    const title = `\`pulumi ${COMMANDS[command].join(" ")}\`, nothing to change`;
    process.stdout.write(`\n${title}:\n\n${report(measured)}\n\n`);
    process.stdout.write(`${ratios(measured, own, empty, 1.6)}\n`);
    process.stdout.write(`${ratios(measured, own, compiled, 0.4)}\n\n`);
  }
  return [];
}

async function takeTurns(
  programs: readonly Program[],
  command: Command,
  { repetitions = 7, signal }: BenchRun,
): Promise<Measured> {
  const measured = new Map<Program, MeasuredRun[]>(programs.map((one) => [one, []]));
  // The first turn fills the caches of the machine, and does not count.
  for (let turn = 0; turn <= repetitions; turn++) {
    for (const program of programs) {
      signal.throwIfAborted();
      const result = await measureRun(program, command);
      if (turn > 0) measured.get(program)?.push(result);
    }
  }
  return measured;
}

function report(measured: Measured): string {
  const head = ["program", "seconds", "all processes, MiB", "largest process, MiB"];
  const rows = [...measured].map(([{ name }, runs]) => [
    name,
    ...figures.map((figure) => spread(values(runs, figure), FIGURES[figure])),
  ]);
  return table(head, rows);
}

function ratios(measured: Measured, own: Program, other: Program, goal: number): string {
  const ratio = (figure: Figure) => {
    const [a, b] = [own, other].map((one) => median(values(measured.get(one) ?? [], figure)));
    return (Number(a) / Number(b)).toFixed(2);
  };
  return (
    `${own.name} / ${other.name}: time ${ratio("seconds")}, memory of all processes ` +
    `${ratio("tree")}, of the largest ${ratio("largest")} (goal: at most ${goal}).`
  );
}

type Figure = keyof typeof FIGURES;
const figures = Object.keys(FIGURES) as Figure[];

const values = (runs: readonly MeasuredRun[], figure: Figure) => runs.map((run) => run[figure]);
