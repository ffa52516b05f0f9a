import { spawn } from "node:child_process";
import { join } from "node:path";
import { backendUrl } from "../ops/backend.ts";
import { noted } from "../ops/locks/own-runs.ts";
import { LOCAL_STACK } from "../ops/project.ts";
import {
  backendEnvironment,
  chosenTools,
  cliFolder,
  pulumiHome,
  toolEnvironment,
} from "../ops/tools.ts";
import { newCommand } from "../ops/verbs/command.ts";
import { defineVerb } from "../ops/verbs/verb.ts";

const command = newCommand("pulumi", "Run the pulumi command with the tools of this clone.")
  .argument("[arguments...]", "As pulumi has them: `pulumi help`.")
  .helpOption(false)
  .allowUnknownOption()
  .passThroughOptions();

export const pulumi = defineVerb(command, {
  group: "Development",
  passesOptionsOn: true,
  run: async (_, args) => await passToPulumi(args),
});

/** The pulumi command, with nothing added but where things are. */
async function passToPulumi(args: string[]): Promise<number> {
  const choice = chosenTools();
  const stack = chosenStack(args, pulumiHome(choice.pulumi));
  const env = {
    ...process.env,
    ...toolEnvironment(choice),
    ...(stack === undefined || isAboutLogin(args) ? {} : backendEnvironment(stack)),
  };
  // Not npm's own `pulumi`: told to end, that one ends alone.
  const cli = join(cliFolder(choice.pulumi), "bin", "pulumi");
  const code = await noted(() => runHere(cli, args, env), { hasEnded: (end) => end !== null });
  return code ?? 130;
}

/** @returns its exit code; null where a signal ended it. */
async function runHere(
  cli: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<number | null> {
  const child = spawn(cli, args, { stdio: "inherit", env });
  // The terminal tells pulumi of Ctrl-C too, which ends in its own order; others tell this process alone.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return await new Promise((done) => child.once("close", done));
}

function stackOf(args: string[]): string | undefined {
  const index = args.findIndex((arg) => arg === "-s" || arg === "--stack");
  if (index >= 0) return args[index + 1];
  return args.find((arg) => arg.startsWith("--stack="))?.slice("--stack=".length);
}

const isAboutLogin = (args: string[]) => ["login", "logout"].includes(args[0] ?? "");

/** Until the user has chosen a backend, there is only this clone's own. */
function chosenStack(args: string[], home: string): string | undefined {
  return stackOf(args) ?? (backendUrl(home) === undefined ? LOCAL_STACK : undefined);
}
