import { spawn } from "node:child_process";
import { quote } from "../../../components/quote.ts";
import { PROGRAM } from "../../project.ts";
import { UserError } from "../../user-error.ts";
import { KeyFiles } from "./key-files.ts";

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Commands on a Docker host, wherever it is. */
export interface Reach {
  /** Runs a script of the POSIX shell with these arguments and takes its output. */
  take(script: string, args?: readonly string[], input?: string): Promise<Result>;
  /** Runs it on this terminal; @returns its exit code. */
  show(script: string, args?: readonly string[]): Promise<number>;
}

/**
 * @param ssh the command that reaches the machine, as the state has it; undefined is this machine.
 */
export function reach(ssh?: string): Reach {
  const keys = ssh === undefined ? undefined : new KeyFiles(ssh);
  const command = (script: string, args: readonly string[], terminal: boolean) => {
    const words = ["sh", "-euc", script, "sh", ...args];
    if (ssh === undefined) return words;
    keys?.restore();
    const remote = words.map(quote).join(" ");
    return [
      "sh",
      "-c",
      `exec ${terminal ? ssh.replace(/^ssh /, "ssh -t ") : ssh} "$1"`,
      "sh",
      remote,
    ];
  };
  return {
    take: (script, args = [], input) => take(command(script, args, false), input),
    show: (script, args = []) => show(command(script, args, process.stdin.isTTY === true)),
  };
}

/** What the script printed; its own words are the error when it fails. */
export async function printed(result: Promise<Result>): Promise<string> {
  const { code, stdout, stderr } = await result;
  if (code !== 0) throw new UserError(stderr.trim() || `A command ended with ${code}.`, 1);
  return stdout;
}

function take([file = "", ...args]: string[], input: string | undefined): Promise<Result> {
  const child = spawn(file, args, { cwd: PROGRAM, stdio: ["pipe", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", (data) => (stderr += data));
  // It may end without reading what it is given.
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => done({ code: code ?? 1, stdout, stderr }));
  });
}

function show([file = "", ...args]: string[]): Promise<number> {
  const child = spawn(file, args, { cwd: PROGRAM, stdio: "inherit" });
  // The terminal tells the command of Ctrl-C too, which ends in its own order.
  process.on("SIGINT", () => {});
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => done(code ?? 130));
  });
}
