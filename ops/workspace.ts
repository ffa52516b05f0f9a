import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  CommandError,
  type LocalProgramArgs,
  LocalWorkspace,
  type LocalWorkspaceOptions,
  PulumiCommand,
  type Stack,
  StackNotFoundError,
} from "@pulumi/pulumi/automation/index.js";
import { checkAccess, explained } from "./backend.ts";
import { LOCAL_STACK, PROJECT, ROOT } from "./project.ts";
import {
  backendEnvironment,
  chosenTools,
  cliFolder,
  pulumiHome,
  STATE_FOLDER,
  toolEnvironment,
} from "./tools.ts";
import { UserError } from "./user-error.ts";

/** Whether the state of this clone has a stack: without one there is nothing to take down. */
export function isInState(stack: string): boolean {
  return existsSync(join(STATE_FOLDER, ".pulumi", "stacks", PROJECT, `${stack}.json`));
}

/**
 * Opens a stack with the tools of this clone; the local one is made when it is not there yet.
 *
 * @param variables what the program is to find in its environment.
 */
export async function openStack(
  name: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Stack> {
  const choice = chosenTools();
  if (name === LOCAL_STACK) mkdirSync(STATE_FOLDER, { recursive: true, mode: 0o700 });
  else checkAccess(name, pulumiHome(choice.pulumi));
  const args = { stackName: name, workDir: ROOT };
  const options = {
    pulumiHome: pulumiHome(choice.pulumi),
    pulumiCommand: await PulumiCommand.get({ root: cliFolder(choice.pulumi) }),
    envVars: { ...toolEnvironment(choice), ...backendEnvironment(name), ...variables },
  };
  return name === LOCAL_STACK
    ? await LocalWorkspace.createOrSelectStack(args, options)
    : await selectStack(args, options);
}

async function selectStack(args: LocalProgramArgs, options: LocalWorkspaceOptions): Promise<Stack> {
  try {
    return await LocalWorkspace.selectStack(args, options);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (!(error instanceof StackNotFoundError)) throw new UserError(explained(error.message));
    throw new UserError(
      `There is no stack "${args.stackName}" where you are logged in. ` +
        "`npm run pulumi -- stack ls` lists those that are there; `npm run pulumi -- login` changes where.",
    );
  }
}
