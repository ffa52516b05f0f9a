import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

const LINES_SHOWN = 20;

export class CommandFailed extends Error {
  /** Everything the command wrote; private, so that an uncaught error prints its last lines only. */
  readonly #output: string;

  constructor(command: string, how: string, output: string) {
    super(`${command} ${how}. Its last lines:\n${lastLines(output)}`);
    this.name = "CommandFailed";
    this.#output = output;
  }

  get output(): string {
    return this.#output;
  }
}

interface RunOptions {
  readonly cwd?: string;
  /** Beside the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/**
 * Runs a program to its end and returns its standard output.
 *
 * @throws CommandFailed when it ends otherwise than with exit code 0.
 */
export function run(
  command: string,
  args: readonly string[],
  { cwd, env, input }: RunOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stdin?.on("error", () => {}); // It ended without reading: its exit code says why.
    child.stdin?.end(input);
    child.on("error", (cause) => {
      reject(new Error(`${command} could not be started: ${cause.message}`, { cause }));
    });
    child.on("close", (code, signal) => {
      if (code === 0) resolve(stdout);
      else {
        const how = signal === null ? `failed with exit code ${code}` : `was ended by ${signal}`;
        reject(new CommandFailed([command, args[0]].join(" "), how, output));
      }
    });
  });
}

function lastLines(text: string): string {
  return stripVTControlCharacters(text).trimEnd().split("\n").slice(-LINES_SHOWN).join("\n");
}
