import { step } from "../../../ops/progress.ts";
import type { BenchRun } from "../bench-run.ts";
import { median, spread } from "../spread.ts";
import { table } from "../table.ts";
import { COMMANDS, type MeasuredRun, measureRun, type Program } from "./measure.ts";
import {
  byPulumiAlone,
  emptyProgram,
  pluginsProgram,
  slipwayProgram,
  underDefaultRuntime,
} from "./programs.ts";
import { withoutHostStart } from "./resident-host.ts";

type Command = keyof typeof COMMANDS;
type Measured = ReadonlyMap<Program, readonly MeasuredRun[]>;

const FIGURES = { seconds: 2, cpu: 2, tree: 0, largest: 0 } as const;

const GOAL = 1.3;
const GOAL_TO_DEFAULT_RUNTIME = 0.4;

/**
 * `preview` and `up` of a stack in which nothing has changed, beside other programs and runtimes: with a language
 * host that the engine starts, and with one that is up already.
 *
 * @returns what could not be measured.
 */
export async function benchNoOp(run: BenchRun): Promise<readonly string[]> {
  const { leftovers } = run;
  const own = await step("Making a stack with the sample app", () => slipwayProgram(leftovers));
  const compared = [
    own,
    byPulumiAlone(own),
    await emptyProgram("module", leftovers),
    await emptyProgram("commonjs", leftovers),
  ];
  const plugins = await pluginsProgram(leftovers);
  const compiled = await underDefaultRuntime(own, leftovers);
  const hosted: Program[] = [];
  for (const program of compared) hosted.push(await withoutHostStart(program, leftovers));

  for (const command of Object.keys(COMMANDS) as Command[]) {
    const measured = await step(`Measuring ${command}`, () =>
      takeTurns([...compared, ...hosted, plugins, compiled], command, run),
    );
    const title = `\`pulumi ${COMMANDS[command].join(" ")}\`, nothing to change`;
    process.stdout.write(
      `\n${title}:\n\n${report(measured, [...compared, plugins, compiled])}\n\n`,
    );
    process.stdout.write(`${ratios(measured, compared)}`);
    process.stdout.write(`${ratio(measured, own, plugins)}\n`);
    process.stdout.write(`${ratio(measured, own, compiled, GOAL_TO_DEFAULT_RUNTIME)}\n`);
    const up = `${title}, by a language host that is up already`;
    process.stdout.write(
      `\n${up}:\n\n${report(measured, hosted)}\n\n${ratios(measured, hosted)}\n`,
    );
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

function report(measured: Measured, programs: readonly Program[]): string {
  const head = [
    "program",
    "seconds",
    "processor seconds",
    "all processes, MiB",
    "largest process, MiB",
  ];
  const rows = programs.map((program) => [
    program.name,
    ...figures.map((figure) =>
      spread(values(measured.get(program) ?? [], figure), FIGURES[figure]),
    ),
  ]);
  return table(head, rows);
}

/** Slipway's ways to each empty program. */
function ratios(measured: Measured, programs: readonly Program[]): string {
  const [own, alone, ...empty] = programs;
  if (own === undefined || alone === undefined) throw new Error("There is nothing to compare.");
  return [own, alone]
    .flatMap((one) => empty.map((other) => `${ratio(measured, one, other, GOAL)}\n`))
    .join("");
}

function ratio(measured: Measured, own: Program, other: Program, goal?: number): string {
  const of = (figure: Figure) => {
    const [a, b] = [own, other].map((one) => median(values(measured.get(one) ?? [], figure)));
    return (Number(a) / Number(b)).toFixed(2);
  };
  return (
    `${own.name} / ${other.name}: time ${of("seconds")}, processor time ${of("cpu")}, memory of all ` +
    `processes ${of("tree")}, of the largest ${of("largest")}` +
    `${goal === undefined ? "" : ` (goal for time: at most ${goal})`}.`
  );
}

type Figure = keyof typeof FIGURES;
const figures = Object.keys(FIGURES) as Figure[];

const values = (runs: readonly MeasuredRun[], figure: Figure) => runs.map((run) => run[figure]);
