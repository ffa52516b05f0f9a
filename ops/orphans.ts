import { setTimeout as pause } from "node:timers/promises";
import { findProcess, findProcessesWith, type Process } from "./processes.ts";
import { say } from "./progress.ts";
import { CLONE_MARK } from "./tools.ts";

const ENGINE = "pulumi";
/** A step that is told to end removes its container and its files first. */
const GRACE_SECONDS = 15;

/**
 * Ends what a killed engine of this clone left at work. Its plugins and their steps live in process groups
 * of their own: a build or a migration would go on beside the next run.
 */
export async function endOrphans(): Promise<void> {
  // PULUMI_HOME would not do as the mark: it may stand in a person's shell, and so in an editor.
  const orphans = orphansAmong(findProcessesWith(CLONE_MARK));
  if (orphans.length === 0) return;
  for (const { pid } of orphans) signal(pid, "SIGTERM");
  const deadline = Date.now() + GRACE_SECONDS * 1000;
  while (orphans.some(lives) && Date.now() < deadline) await pause(50);
  for (const orphan of orphans.filter(lives)) signal(orphan.pid, "SIGKILL");
  const count = orphans.length === 1 ? "1 process" : `${orphans.length} processes`;
  say(`Ended ${count} of a run that was interrupted.`);
}

/** Those that have no living engine above or below them. */
export function orphansAmong(processes: readonly Process[]): Process[] {
  const byId = new Map(processes.map((process) => [process.pid, process]));
  const rootOf = (process: Process): number => {
    const parent = byId.get(process.parent);
    return parent === undefined ? process.pid : rootOf(parent);
  };
  const alive = new Set(processes.filter(({ name }) => name === ENGINE).map(rootOf));
  return processes.filter((process) => !alive.has(rootOf(process)));
}

const lives = ({ pid, began }: Process) => findProcess(pid)?.began === began;

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself meanwhile.
  }
}
