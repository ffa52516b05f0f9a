import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findProcess } from "../ops/processes.ts";
import { say } from "../ops/progress.ts";
import { OWN } from "../ops/project.ts";
import { UserError } from "../ops/user-error.ts";

interface Holder {
  readonly pid: number;
  /** When the process began, which tells it from a later one with the same id. */
  readonly began: string;
  readonly command: string;
  readonly since: string;
}

const FILE = join(OWN, "lock.json");

/**
 * Does the work while no other Slipway command is at work on this clone.
 *
 * @throws UserError that names the command that is.
 */
export async function alone<T>(command: string, work: () => Promise<T>): Promise<T> {
  acquire(command);
  try {
    return await work();
  } finally {
    rmSync(FILE, { force: true });
  }
}

function acquire(command: string): void {
  const mine: Holder = {
    pid: process.pid,
    began: findProcess(process.pid)?.began ?? "",
    command,
    since: new Date().toISOString(),
  };
  mkdirSync(dirname(FILE), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(FILE, JSON.stringify(mine), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const holder = readHolder();
    if (holder !== undefined && findProcess(holder.pid)?.began === holder.began) {
      throw new UserError(
        `\`${holder.command}\` is already at work on this clone (process ${holder.pid}, since ` +
          `${holder.since}). Wait for it, or end it with Ctrl-C where it runs.`,
      );
    }
    if (holder !== undefined) {
      say(`\`${holder.command}\` was killed before it was done; this run goes on from there.`);
    }
    rmSync(FILE, { force: true });
    acquire(command);
  }
}

function readHolder(): Holder | undefined {
  try {
    const holder: Partial<Holder> = JSON.parse(readFileSync(FILE, "utf8"));
    return holder.began === undefined ? undefined : (holder as Holder);
  } catch {
    return undefined; // Killed while it was written.
  }
}
