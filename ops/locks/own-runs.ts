import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { CommandError } from "@pulumi/pulumi/automation/index.js";
import { findProcess } from "../processes.ts";
import type { Lock } from "./lock.ts";

/** Below it, a file for each engine that is at work; that of one which was killed, or whose command was, stays. */
const runsFolder = (env = process.env): string =>
  join(env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "slipway", "runs");

interface Note {
  readonly since: string;
  readonly machine: string;
}

/** An engine takes its lock in the first seconds. */
const TO_LOCK_MS = 5 * 60_000;
/** The machine's clock may have been set since. */
const SKEW_MS = 60_000;
/** As long, somebody may come back to what was killed. */
const KEPT_MS = 90 * 24 * 3_600_000;

/**
 * Does work of an engine so that its lock can be told, should it be killed, from one that another machine of this
 * name has made: a lock has no more than the name. An engine that ends, also in failure, has released its own.
 *
 * @param hasEnded whether the result is that of an engine which ended by itself.
 */
export async function noted<T>(
  work: () => Promise<T>,
  { folder = runsFolder(), hasEnded = (_: T): boolean => true } = {},
): Promise<T> {
  const file = join(folder, `${process.pid}-${findProcess(process.pid)?.began ?? ""}.json`);
  const note: Note = { since: new Date().toISOString(), machine: machineId() };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    forget(folder);
    writeFileSync(file, JSON.stringify(note), { mode: 0o600 });
  } catch {
    // Without a home the lock of a killed run is one of whom nobody can tell.
  }
  const strike = () => rmSync(file, { force: true });
  try {
    const result = await work();
    if (hasEnded(result)) strike();
    return result;
  } catch (error) {
    if (!wasKilled(error)) strike();
    throw error;
  }
}

/** Whether a signal ended the engine. The Automation API has one code for all failures, and the cause beside it. */
function wasKilled(error: unknown): boolean {
  if (!(error instanceof CommandError)) return false;
  const { commandResult } = error as unknown as {
    readonly commandResult?: { readonly err?: { readonly signal?: string } };
  };
  return commandResult?.err?.signal !== undefined;
}

/** Whether an engine that was started here, and has not ended by itself, may have made a lock. */
export function beganHere({ timestamp }: Lock, folder = runsFolder()): boolean {
  const made = Date.parse(timestamp);
  return notes(folder).some(({ since, machine }) => {
    const after = made - Date.parse(since);
    return machine === machineId() && after >= -SKEW_MS && after <= TO_LOCK_MS;
  });
}

function notes(folder: string): Note[] {
  return files(folder).flatMap((file) => {
    try {
      return [JSON.parse(readFileSync(file, "utf8"))];
    } catch {
      return []; // Killed while it was written, or gone meanwhile.
    }
  });
}

function forget(folder: string): void {
  for (const file of files(folder)) {
    if (Date.now() - statSync(file).mtimeMs > KEPT_MS) rmSync(file, { force: true });
  }
}

function files(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Of the installation: homes are shared between machines. */
function machineId(): string {
  try {
    return readFileSync("/etc/machine-id", "utf8").trim();
  } catch {
    return "";
  }
}
