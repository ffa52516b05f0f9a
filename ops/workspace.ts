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
import { didYouMean } from "./closest.ts";
import { stacksWithFile } from "./known-stacks.ts";
import { LOCAL_STACK, PROJECT, ROOT } from "./project.ts";
import { readStackFile } from "./stack-file.ts";
import {
  backendEnvironment,
  chosenTools,
  cliFolder,
  PASSPHRASE_FILE,
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
 * @throws UserError when nothing was ever started here, or there is no such stack where one is logged in.
 */
export async function openStack(
  name: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Stack> {
  // Before anything is started: an engine that fails at it leaves others at work, and shows a stack trace.
  readStackFile(name);
  if (name === LOCAL_STACK) prepareLocalState();
  else checkAccess(name, pulumiHome(chosenTools().pulumi));
  const args = { stackName: name, workDir: ROOT };
  const options = await workspaceOptions({ ...backendEnvironment(name), ...variables });
  return name === LOCAL_STACK
    ? await LocalWorkspace.createOrSelectStack(args, options)
    : await selectStack(args, options);
}

function prepareLocalState(): void {
  // `npm start` makes it, with the stack's file and its secrets.
  if (!existsSync(PASSPHRASE_FILE)) {
    throw new UserError(`The stack ${LOCAL_STACK} is not there yet. To make it: \`npm start\`.`);
  }
  mkdirSync(STATE_FOLDER, { recursive: true, mode: 0o700 });
}

/**
 * Opens a stack, made first when it is not there, whose secrets are encrypted as those of another one are.
 *
 * @param variables what the program is to find in its environment.
 */
export async function makeStackLike(
  name: string,
  { workspace, name: like }: Stack,
  variables: Readonly<Record<string, string>>,
): Promise<Stack> {
  const { secretsProvider } = await workspace.stackSettings(like);
  return await LocalWorkspace.createOrSelectStack(
    { stackName: name, workDir: ROOT },
    {
      ...(await workspaceOptions({ ...backendEnvironment(like), ...variables })),
      ...(secretsProvider === undefined ? {} : { secretsProvider }),
    },
  );
}

/** Names of the project's stacks where one is logged in. */
export async function stackNames(): Promise<string[]> {
  const workspace = await LocalWorkspace.create({
    workDir: ROOT,
    ...(await workspaceOptions({})),
  });
  try {
    const all = await workspace.listStacks();
    return all.map(({ name }) => name.split("/").at(-1) ?? name);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new UserError(explained(error.message));
  }
}

async function workspaceOptions(
  variables: Readonly<Record<string, string>>,
): Promise<LocalWorkspaceOptions> {
  const choice = chosenTools();
  return {
    pulumiHome: pulumiHome(choice.pulumi),
    pulumiCommand: await PulumiCommand.get({ root: cliFolder(choice.pulumi) }),
    envVars: { ...toolEnvironment(choice), ...variables },
  };
}

async function selectStack(args: LocalProgramArgs, options: LocalWorkspaceOptions): Promise<Stack> {
  try {
    return await LocalWorkspace.selectStack(args, options);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (!(error instanceof StackNotFoundError)) throw new UserError(explained(error.message));
    throw new UserError(
      `There is no stack "${args.stackName}" where you are logged in.${didYouMean(args.stackName, stacksWithFile())} ` +
        "`npm run pulumi -- stack ls` lists those that are there; `npm run pulumi -- login` changes where.",
    );
  }
}
