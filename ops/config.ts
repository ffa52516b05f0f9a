import { spawn } from "node:child_process";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { ROOT } from "./project.ts";
import { UserError } from "./user-error.ts";

/** A value of the stack's config; undefined where it has none. */
export async function readConfig(stack: Stack, key: string): Promise<string | undefined> {
  const all = await stack.getAllConfig();
  return all[`slipway:${key}`]?.value || undefined;
}

/**
 * Sets a secret of the stack's config. On the standard input of the pulumi command: the Automation API
 * would put it among the arguments, which a list of processes shows.
 */
export async function setSecret(stack: Stack, key: string, value: string): Promise<void> {
  const { workspace, name } = stack;
  const args = ["config", "set", "--secret", key, "--stack", name, "--non-interactive"];
  const child = spawn(workspace.pulumiCommand.command, args, {
    cwd: ROOT,
    env: { ...process.env, ...workspace.envVars },
    stdio: ["pipe", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (data) => (said += data));
  child.stdin.end(value);
  const code = await new Promise<number | null>((done, fail) => {
    child.once("error", fail);
    child.once("close", done);
  });
  if (code !== 0) throw new UserError(`${key} could not be set: ${said.trim()}`, 1);
}
