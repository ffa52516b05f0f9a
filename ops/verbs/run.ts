import { quote } from "../../components/machine/script.ts";
import { targetOf } from "../targets/index.ts";
import { UserError } from "../user-error.ts";
import { openStack } from "../workspace.ts";
import { readArguments } from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage = "./slipway run -s STACK -- COMMAND [ARGUMENT ...]";

export const run: Verb = {
  summary: "Run a command once in the image and the environment of the app that is live.",
  usage,
  group: "A running stack",
  async run(args) {
    const { stack, positionals } = readArguments(args, usage, {}, true);
    const [command, ...more] = positionals;
    if (command === undefined) throw new UserError(`Which command? usage: ${usage}`);
    // One word is a line for the shell; several are a command and its arguments.
    const line = more.length === 0 ? command : positionals.map(quote).join(" ");
    const target = await targetOf(await openStack(stack));
    return await target.run(line);
  },
};
