import { execFile } from "node:child_process";

export interface OutsideResult {
  /** 127: there is no such command. 124: it did not end in time. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of somebody else's; its output is small. */
export type Outside = (
  command: string,
  args: readonly string[],
  seconds?: number,
) => Promise<OutsideResult>;

export const outside: Outside = (command, args, seconds = 60) =>
  new Promise((done) => {
    execFile(
      command,
      args,
      // Nothing of it may ask on the terminal: a question would be waited for and not be seen.
      { timeout: seconds * 1000, env: { ...process.env, CLOUDSDK_CORE_DISABLE_PROMPTS: "1" } },
      (error, stdout, stderr) => done({ code: codeOf(error), stdout, stderr }),
    ).stdin?.end();
  });

function codeOf(error: (Error & { code?: unknown; killed?: boolean }) | null): number {
  if (error === null) return 0;
  if (error.code === "ENOENT") return 127;
  if (error.killed === true) return 124;
  return typeof error.code === "number" ? error.code : 1;
}

/** What it said last, on one line. */
export const lastWords = ({ stdout, stderr }: OutsideResult) =>
  (stderr.trim() || stdout.trim()).split("\n").at(-1)?.trim() ?? "";
