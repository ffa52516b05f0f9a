import { say } from "../progress.ts";
import { targetOf } from "../targets/index.ts";
import { UserError } from "../user-error.ts";
import { openStack } from "../workspace.ts";
import { readArguments } from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage = "./slipway maintenance -s STACK on|off";

export const maintenance: Verb = {
  summary: "Switch the maintenance page (503 for every client) on or off. Releases still work.",
  usage,
  group: "A running stack",
  async run(args) {
    const { stack, positionals } = readArguments(args, usage, {}, true);
    const [state, ...more] = positionals;
    if ((state !== "on" && state !== "off") || more.length > 0) {
      throw new UserError(`On or off? usage: ${usage}`);
    }
    const target = await targetOf(await openStack(stack));
    const changed = await target.setMaintenance(state === "on");
    say(`✓ Maintenance of ${stack} is ${state}${changed ? "" : " already"}.`);
    return 0;
  },
};
