import { hostname } from "node:os";
import { beganAt, findProcess } from "../processes.ts";

/** What the engine writes into a lock of a backend that is a folder or a bucket. */
export interface Lock {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  readonly timestamp: string;
}

/** A lock, and where it is. */
export interface FoundLock extends Lock {
  /** Its address, as `gs://bucket/.pulumi/locks/...json`. */
  readonly where: string;
}

export const isOfThisMachine = (lock: Lock) => lock.hostname === hostname();

/** Whether its process lives. After a restart of the machine, the id may belong to anything. */
export const isAtWorkHere = ({ pid }: Lock) => findProcess(pid)?.name === "pulumi";

/** A lock is written by a process that runs; the machine's clock may have been set since. */
const SKEW_MS = 60_000;

/**
 * Whether the process that has its id began after it was made: then it is another one, or the clock was set
 * in between, as by a machine that slept.
 */
export function isYounger({ pid, timestamp }: Lock): boolean {
  const process = findProcess(pid);
  const began = process === undefined ? undefined : beganAt(process);
  return began !== undefined && began > Date.parse(timestamp) + SKEW_MS;
}

/** Whether there is such a process, of which this user is shown nothing (`hidepid` of /proc). */
export function isHidden({ pid }: Lock): boolean {
  if (findProcess(pid) !== undefined) return false;
  try {
    process.kill(pid, 0);
    return false; // One of ours that died, and that nobody has collected.
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Whose it is, in words. */
export const holderOf = ({ pid, username, hostname: host, timestamp }: Lock) =>
  `process ${pid} of ${username} on ${host}, since ${timestamp}`;

/** The locks that pulumi names when it can't have one of its own. */
export function locksIn(said: string): FoundLock[] {
  const line = /^\s*(\S+): created by (.+)@(\S+) \(pid (\d+)\) at (\S+)$/gm;
  return Array.from(
    said.matchAll(line),
    ([, where = "", username = "", host = "", pid, at = ""]) => ({
      where,
      username,
      hostname: host,
      pid: Number(pid),
      timestamp: at,
    }),
  );
}
