import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { say } from "../progress.ts";
import { PROJECT } from "../project.ts";
import { STATE_FOLDER } from "../tools.ts";
import { UserError } from "../user-error.ts";
import { isAtWorkHere, isHidden, isOfThisMachine, type Lock } from "./lock.ts";

/**
 * Releases locks on a stack of this clone whose process is dead. The engine's file locks have no
 * lease: a killed run leaves one, and every later run would be refused.
 *
 * @throws UserError that names the process, when it lives.
 */
export function releaseDeadLocks(stack: string): void {
  const folder = join(STATE_FOLDER, ".pulumi", "locks", "organization", PROJECT, stack);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith(".json"))) {
    const file = join(folder, name);
    const lock = readLock(file);
    if (lock !== undefined && mayLive(lock)) {
      throw new UserError(
        `Stack "${stack}" is being changed by pulumi, process ${lock.pid} of ${lock.username} on ` +
          `${lock.hostname}, since ${lock.timestamp}. Wait for it, or end it there.`,
      );
    }
    rmSync(file);
    // Of an engine that was not told to leave it out.
    rmSync(`${file}.attrs`, { force: true });
    if (lock !== undefined) {
      say(`Released the lock of a run that was killed (process ${lock.pid}).`);
    }
  }
}

const mayLive = (lock: Lock) => !isOfThisMachine(lock) || isAtWorkHere(lock) || isHidden(lock);

function readLock(file: string): Lock | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined; // Killed while it was written.
  }
}
