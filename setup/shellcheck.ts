import { say } from "../ops/progress.ts";
import { ROOT } from "../ops/project.ts";
import { UserError } from "../ops/user-error.ts";
import { installPackages } from "./packages.ts";
import { run } from "./run.ts";

/** Names of scripts that do not end in `.sh`. */
const COMMANDS = ["slipway", ".ci/run"];

/**
 * Looks for mistakes in every script of the clone, and prints what it finds.
 *
 * @returns whether there are none; undefined where there is no shellcheck and it can't be installed.
 */
export async function checkScripts(): Promise<boolean | undefined> {
  if (!(await ensureShellcheck())) return undefined;
  const all = await scripts();
  // Those of components are put together with others before they run: they name no shell.
  const parts = all.filter((script) => script.startsWith("components/"));
  const found = [
    await shellcheck(["--shell=sh", ...parts]),
    await shellcheck(all.filter((script) => !parts.includes(script))),
  ];
  for (const text of found) process.stderr.write(text);
  return found.every((text) => text === "");
}

async function ensureShellcheck(): Promise<boolean> {
  if (await isInstalled()) return true;
  try {
    await installPackages(["shellcheck"], "The check of scripts");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(error.message);
    return false;
  }
  return await isInstalled();
}

const isInstalled = async () => (await run("shellcheck", ["--version"])).code === 0;

async function scripts(): Promise<string[]> {
  const listed = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await run("git", [...listed, "--", "*.sh", ...COMMANDS], { cwd: ROOT });
  return stdout.split("\n").filter((line) => line !== "");
}

/** @returns what it finds, a line each; empty where there is nothing. */
async function shellcheck(args: string[]): Promise<string> {
  const result = await run("shellcheck", ["--format=gcc", ...args], { cwd: ROOT });
  return result.code === 0 ? "" : result.stdout || result.stderr || `exit code ${result.code}\n`;
}
