import { targetOf } from "../targets/index.ts";
import { openStack } from "../workspace.ts";
import { newCommand } from "./command.ts";
import { positive, stackOption, text } from "./options.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand(
  "logs",
  "Show the logs of the app, or of a component (web, process, ingress, database).",
)
  .addOption(stackOption())
  .option("--of <component>", "The component, or the name of a process.", text("--of"))
  .option("-f, --follow", "Go on with each new line.")
  .option("-n, --lines <number>", "How many of the last lines to show.", positive("--lines"), 100);

export const logs = defineVerb(command, {
  group: "A running stack",
  async run({ stack, of, follow = false, lines }) {
    const target = await targetOf(await openStack(stack));
    return await target.logs({ of, follow, lines });
  },
});
