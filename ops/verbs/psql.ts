import { targetOf } from "../targets/index.ts";
import { openStack } from "../workspace.ts";
import { readArguments } from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage = "./slipway psql -s STACK [-- ARGUMENT OF PSQL ...]";

export const psql: Verb = {
  summary: "Open psql on the stack's database, as the owner of its objects.",
  usage,
  group: "A running stack",
  async run(args) {
    const { stack, positionals } = readArguments(args, usage, {}, true);
    const target = await targetOf(await openStack(stack));
    return await target.psql(positionals);
  },
};
