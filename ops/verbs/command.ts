import { Command, CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { stacksWithFile } from "../known-stacks.ts";
import { UserError } from "../user-error.ts";
import { STACK_VARIABLE } from "./options.ts";

/** The command as it is typed in the folder of the project. */
export const TYPED = "./slipway";

/**
 * A command as all of ours are: it throws where commander would end the process.
 *
 * @param summary what it does, in a sentence; the list of all commands has it.
 */
export function newCommand(name: string, summary: string) {
  return new Command(name)
    .description(summary)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .helpOption("-h, --help", "Explain this command.")
    .configureHelp({ helpWidth: 100, subcommandTerm: (command) => command.name() });
}

/**
 * Reads arguments into a command.
 *
 * @param name of the command that the message is about; empty for the program itself.
 * @throws UserError in words of ours, for what commander refuses; CommanderError where it has explained something.
 */
export function parseInto(
  command: CommandUnknownOpts,
  args: readonly string[],
  name = command.name(),
): void {
  forgetEmptyStack();
  try {
    command.parse([...args], { from: "user" });
  } catch (error) {
    throw inOurWords(error, name);
  }
}

/** A variable of a pipeline may be there and empty, which is as good as none. Commander takes it for a value. */
function forgetEmptyStack(): void {
  if (process.env[STACK_VARIABLE] === "") delete process.env[STACK_VARIABLE];
}

const MISSING = "commander.missingMandatoryOptionValue";

function whichStack(): UserError {
  const stacks = stacksWithFile();
  const known = stacks.length === 0 ? "" : ` Stacks that have a file here: ${stacks.join(", ")}.`;
  return new UserError(`Which stack? Add -s STACK, or set SLIPWAY_STACK.${known}`);
}

function inOurWords(error: unknown, name: string): unknown {
  if (!(error instanceof CommanderError) || error.exitCode === 0) return error;
  if (error.code === MISSING && error.message.includes("--stack")) return whichStack();
  const [what = "", meant] = error.message.replace(/^error: /, "").split("\n");
  const sentence = `${what.charAt(0).toUpperCase()}${what.slice(1).replace(/\.$/, "")}.`;
  const suggestion = meant === undefined ? "" : ` ${meant.replaceAll(/[()]/g, "")}`;
  const help = [TYPED, name, "--help"].filter(Boolean).join(" ");
  return new UserError(`${sentence}${suggestion} \`${help}\` explains its options.`);
}
