import { type Command, parseCommand } from "../../components/shell-command.ts";
import { targetOf } from "../targets/index.ts";
import { UserError } from "../user-error.ts";
import { openStack } from "../workspace.ts";
import { newCommand } from "./command.ts";
import { stackOption } from "./options.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand(
  "run",
  "Run a command once, in the image and environment of the live app.",
)
  .addOption(stackOption())
  .argument(
    "<command...>",
    "After `--`: a program and its arguments. One word alone is a line for the shell, or a list in JSON.",
  );

export const run = defineVerb(command, {
  group: "A running stack",
  check: (_, words) => void wordsOf(words),
  async run({ stack }, words) {
    const target = await targetOf(await openStack(stack));
    return await target.run(wordsOf(words));
  },
});

function wordsOf(typed: readonly string[]): Command {
  const [line = "", ...more] = typed;
  const words = more.length === 0 ? parseCommand(line) : typed;
  if (words !== undefined) return words;
  throw new UserError(`${line} is not a JSON array of a program and its arguments.`);
}
