import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Cancelled } from "../provider.ts";
import { goQuote } from "./go-quote.ts";
import type { CommandInputs } from "./inputs.ts";

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a run's lines go, and what stops it. */
export interface Surroundings {
  readonly logLine: (line: string) => void;
  readonly cancelled: AbortSignal;
  readonly deadline: AbortSignal | undefined;
}

/** Runs a command to its end; an error shows the command's text and all that it wrote. */
export async function run(
  command: string,
  inputs: CommandInputs,
  previous: Output,
  surroundings: Surroundings,
): Promise<Output> {
  const failed = (problem: string, written = "") =>
    `${problem}: running ${goQuote(command)}:\n${written}`;

  if (surroundings.cancelled.aborted) {
    throw new Cancelled(failed("context canceled"));
  }
  const [program = "/bin/sh", ...programArguments] = inputs.interpreter?.length
    ? inputs.interpreter
    : ["/bin/sh", "-c"];
  const problem = whyNotStartable(program, inputs.dir);
  if (problem !== undefined) {
    throw new Error(failed(problem));
  }
  const child = spawn(program, [...programArguments, command], {
    cwd: inputs.dir,
    env: environmentOf(inputs, previous),
    stdio: [inputs.stdin ? "pipe" : "ignore", "pipe", "pipe"],
  });
  // A command may end without having read its input; what counts is how it ends.
  child.stdin?.on("error", () => {}).end(inputs.stdin);

  const written = collect(child, inputs.logging, surroundings.logLine);
  const outcome = await ended(child, surroundings);
  written.flush();
  if (outcome !== undefined) {
    throw new Error(failed(outcome, written.both()));
  }
  return { stdout: trimmed(written.stdout()), stderr: trimmed(written.stderr()) };
}

function environmentOf(inputs: CommandInputs, previous: Output): NodeJS.ProcessEnv {
  const inherits = inputs.addPreviousOutputInEnv ?? true;
  return {
    ...process.env,
    ...inputs.environment,
    ...(inherits && previous.stdout !== "" ? { PULUMI_COMMAND_STDOUT: previous.stdout } : {}),
    ...(inherits && previous.stderr !== "" ? { PULUMI_COMMAND_STDERR: previous.stderr } : {}),
  };
}

/** Node reports a missing directory and a missing program alike, the official plugin does not. */
function whyNotStartable(program: string, directory: string | undefined): string | undefined {
  if (directory !== undefined && !statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    return `chdir ${directory}: no such file or directory`;
  }
  if (!program.includes("/")) {
    const found = (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
      return isExecutable(join(folder, program));
    });
    return found ? undefined : `exec: ${goQuote(program)}: executable file not found in $PATH`;
  }
  if (statSync(program, { throwIfNoEntry: false }) === undefined) {
    return `fork/exec ${program}: no such file or directory`;
  }
  return isExecutable(program) ? undefined : `fork/exec ${program}: permission denied`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Gathers what the command writes, and passes whole lines on as they come. */
function collect(
  child: ChildProcess,
  logging: string | undefined,
  logLine: (line: string) => void,
) {
  const chunks: { from: "stdout" | "stderr"; bytes: Buffer }[] = [];
  let unfinished = Buffer.alloc(0);

  const logged = (from: "stdout" | "stderr") =>
    logging === undefined || logging === from || logging === "stdoutAndStderr";
  const log = (bytes: Buffer) => {
    unfinished = Buffer.concat([unfinished, bytes]);
    for (let end = unfinished.indexOf("\n"); end >= 0; end = unfinished.indexOf("\n")) {
      logLine(unfinished.subarray(0, end).toString().replace(/\r$/, ""));
      unfinished = unfinished.subarray(end + 1);
    }
  };
  for (const from of ["stdout", "stderr"] as const) {
    child[from]?.on("data", (bytes: Buffer) => {
      chunks.push({ from, bytes });
      if (logged(from)) {
        log(bytes);
      }
    });
  }
  const joined = (from?: "stdout" | "stderr") =>
    Buffer.concat(
      chunks.filter((chunk) => from === undefined || chunk.from === from).map(({ bytes }) => bytes),
    ).toString();
  return {
    stdout: () => joined("stdout"),
    stderr: () => joined("stderr"),
    both: () => joined(),
    flush: () => {
      if (unfinished.length > 0) {
        logLine(unfinished.toString());
      }
    },
  };
}

/**
 * Resolves with what went wrong, or with nothing. The official plugin kills the interpreter only,
 * and then waits for whatever else still holds its output open; so does this.
 */
function ended(child: ChildProcess, { cancelled, deadline }: Surroundings) {
  const kill = () => child.kill("SIGKILL");
  cancelled.addEventListener("abort", kill);
  deadline?.addEventListener("abort", kill);
  return new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => {
      cancelled.removeEventListener("abort", kill);
      deadline?.removeEventListener("abort", kill);
      resolve(
        signal !== null
          ? `signal: ${SIGNAL_NAMES[signal] ?? signal}`
          : code === 0
            ? undefined
            : `exit status ${code}`,
      );
    });
  });
}

const SIGNAL_NAMES: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: "aborted",
  SIGHUP: "hangup",
  SIGINT: "interrupt",
  SIGKILL: "killed",
  SIGPIPE: "broken pipe",
  SIGQUIT: "quit",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
};

function trimmed(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}
