import { freeStack, isKeptByServer } from "../locks/free.ts";
import { releaseDeadLocks } from "../locks/local.ts";
import { say } from "../progress.ts";
import { LOCAL_STACK } from "../project.ts";
import { UserError } from "../user-error.ts";
import { openStack } from "../workspace.ts";
import { LOCK_OPTIONS, lockOptions, readArguments } from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage = "./slipway unlock -s STACK [--force] [--lock-wait SECONDS]";

export const unlock: Verb = {
  summary: "Release the lock of a dead run. A live run keeps its lock.",
  usage,
  group: "Repair",
  async run(args) {
    const { stack, values } = readArguments(args, usage, {
      ...LOCK_OPTIONS,
      force: { type: "boolean" },
    });
    if (stack === LOCAL_STACK) {
      releaseDeadLocks(stack);
      say(`✓ ${stack} is not locked.`);
      return 0;
    }
    const opened = await openStack(stack);
    if (isKeptByServer()) {
      throw new UserError(
        "A server keeps the locks of this stack, and releases those of dead runs by itself. To release one " +
          `now: \`npm run pulumi -- cancel -s ${stack}\`.`,
      );
    }
    const force = values["force"] === true;
    const released = await freeStack(opened, { ...lockOptions(values), force });
    say(released === 0 ? `✓ ${stack} was not locked.` : `✓ ${stack} is not locked any more.`);
    return 0;
  },
};
