import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { pulumi } from "./pulumi.ts";
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
  const args = ["config", "set", "--secret", key, "--stack", stack.name];
  const { code, stderr } = await pulumi(stack, args, value);
  if (code !== 0) throw new UserError(`${key} could not be set: ${stderr.trim()}`, 1);
}
