import { spawn } from "node:child_process";
import { ended } from "../../e2e/clone.ts";
import { ProcessTree, type Usage } from "../process-tree.ts";

/** A Pulumi program and what its stack needs to be found. */
export interface Program {
  readonly name: string;
  readonly folder: string;
  readonly stack: string;
  readonly environment: Readonly<Record<string, string>>;
  /** A language host that is up already, instead of one that the engine starts. */
  readonly host?: { readonly address: string; readonly pid: number };
}

export interface MeasuredRun extends Usage {
  readonly seconds: number;
}

/** The pulumi commands that change nothing when nothing has changed. */
export const COMMANDS = {
  preview: ["preview"],
  up: ["up", "--yes", "--skip-preview"],
} as const;

/** Runs a command on a program whose stack is as it wants it; it must find nothing to change. */
export async function measureRun(
  program: Program,
  command: keyof typeof COMMANDS,
): Promise<MeasuredRun> {
  const options = ["--expect-no-changes", "--non-interactive", "--stack", program.stack];
  const { host } = program;
  if (host !== undefined) options.push("--client", host.address);
  const began = performance.now();
  const child = spawn("pulumi", [...COMMANDS[command], ...options], {
    cwd: program.folder,
    env: { ...process.env, ...program.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const tree = new ProcessTree(child.pid ?? 0, host?.pid);
  const { code, output } = await ended(child);
  const seconds = (performance.now() - began) / 1000;
  const usage = tree.stop();
  if (code !== 0) throw new Error(`\`${command}\` of ${program.name} failed:\n${output}`);
  return { seconds, ...usage };
}
