import { targetOf } from "../targets/index.ts";
import { openStack } from "../workspace.ts";
import { newCommand } from "./command.ts";
import { stackOption } from "./options.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand(
  "psql",
  "Open psql on the stack's database, as the owner of its objects.",
)
  .addOption(stackOption())
  .argument("[arguments...]", "Arguments of psql, after `--`.");

export const psql = defineVerb(command, {
  group: "A running stack",
  async run({ stack }, args) {
    const target = await targetOf(await openStack(stack));
    return await target.psql(args);
  },
});
