import { existsSync } from "node:fs";
import { join } from "node:path";
import { cliFolder, readToolChoice } from "../ops/tools.ts";
import { alone } from "./lock.ts";
import { ensurePulumiOnly } from "./tools.ts";

/**
 * Sees to it that a verb on a stack finds the pulumi command and its plugins, also in a clone that is fresh,
 * as a pipeline's is. Images are none of its business: what a stack runs is on the stack's own machine.
 *
 * @param command as it was typed, for those who have to wait for it.
 */
export async function ensureVerbTools(command: string): Promise<void> {
  const choice = readToolChoice();
  if (choice !== undefined && existsSync(join(cliFolder(choice.pulumi), "bin", "pulumi"))) return;
  await alone(command, ensurePulumiOnly);
}
