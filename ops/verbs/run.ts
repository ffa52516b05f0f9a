import { parseCommand } from "../../components/shell-command.ts";
import { targetOf } from "../targets/index.ts";
import { UserError } from "../user-error.ts";
import { openStack } from "../workspace.ts";
import { readArguments } from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage = "./slipway run -s STACK -- COMMAND [ARGUMENT ...]";

export const run: Verb = {
  summary: "Run a command once, in the image and environment of the live app.",
  usage,
  group: "A running stack",
  async run(args) {
    const { stack, positionals } = readArguments(args, usage, {}, true);
    // One word is a line for the shell, or a list in JSON; several are a program and its arguments.
    const [command, ...more] = positionals;
    if (command === undefined) throw new UserError(`Which command? usage: ${usage}`);
    const words = more.length === 0 ? parseCommand(command) : positionals;
    if (words === undefined) {
      throw new UserError(`${command} is not a JSON array of a program and its arguments.`);
    }
    const target = await targetOf(await openStack(stack));
    return await target.run(words);
  },
};
