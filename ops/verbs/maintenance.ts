import { say } from "../progress.ts";
import { printJson } from "../result.ts";
import { targetOf } from "../targets/index.ts";
import { openStack } from "../workspace.ts";
import { newCommand } from "./command.ts";
import { choice, jsonOption, stackOption } from "./options.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand(
  "maintenance",
  "Switch the maintenance page (503 for every client) on or off. Releases still work.",
)
  .addOption(stackOption())
  .addArgument(choice("state", ["on", "off"], "State of the maintenance page."))
  .addOption(jsonOption());

export const maintenance = defineVerb(command, {
  group: "A running stack",
  async run({ stack, json }, state) {
    const target = await targetOf(await openStack(stack));
    const changed = await target.setMaintenance(state === "on");
    say(`✓ Maintenance of ${stack} is ${state}${changed ? "" : " already"}.`);
    if (json === true) printJson({ stack, maintenance: state === "on", changed });
    return 0;
  },
});
