import { spawn } from "node:child_process";

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /**
   * Variables of this process that the command gets, beside those of `env`.
   * @default - all
   */
  readonly inherit?: readonly string[];
  readonly input?: string;
}

/** Runs a command to its end and keeps what it prints. A command that is not there ends with 127. */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<Result> {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...inherited(options.inherit), ...options.env },
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (data) => (stdout += data));
    child.stderr?.on("data", (data) => (stderr += data));
    child.stdin?.on("error", () => {}); // It ended without reading: its exit code says why.
    child.stdin?.end(options.input);
    child.once("error", (error) => done({ code: 127, stdout, stderr: `${error.message}\n` }));
    child.once("close", (code) => done({ code: code ?? 1, stdout, stderr }));
  });
}

function inherited(names: readonly string[] | undefined): NodeJS.ProcessEnv {
  if (names === undefined) return process.env;
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

/** The last lines of what a failed command printed. */
export function lastLines(result: Result, count = 15): string {
  const lines = `${result.stdout}${result.stderr}`.trimEnd().split("\n");
  return lines.slice(-count).join("\n");
}
