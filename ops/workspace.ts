import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation/index.js";
import { LOCAL_STACK, PROJECT, ROOT } from "./project.ts";
import {
  backendEnvironment,
  chosenTools,
  cliFolder,
  pulumiHome,
  STATE_FOLDER,
  toolEnvironment,
} from "./tools.ts";

/** Whether the state of this clone has a stack: without one there is nothing to take down. */
export function isInState(stack: string): boolean {
  return existsSync(join(STATE_FOLDER, ".pulumi", "stacks", PROJECT, `${stack}.json`));
}

/** Opens a stack with the tools of this clone; the local one is made when it is not there yet. */
export async function openStack(name: string): Promise<Stack> {
  const choice = chosenTools();
  if (name === LOCAL_STACK) mkdirSync(STATE_FOLDER, { recursive: true, mode: 0o700 });
  const args = { stackName: name, workDir: ROOT };
  const options = {
    pulumiHome: pulumiHome(choice.pulumi),
    pulumiCommand: await PulumiCommand.get({ root: cliFolder(choice.pulumi) }),
    envVars: { ...toolEnvironment(choice), ...backendEnvironment(name) },
  };
  return name === LOCAL_STACK
    ? await LocalWorkspace.createOrSelectStack(args, options)
    : await LocalWorkspace.selectStack(args, options);
}
