import { freeStack, isKeptByServer } from "../locks/free.ts";
import { releaseDeadLocks } from "../locks/local.ts";
import { say } from "../progress.ts";
import { LOCAL_STACK } from "../project.ts";
import { printJson } from "../result.ts";
import { UserError } from "../user-error.ts";
import { openStack } from "../workspace.ts";
import { newCommand } from "./command.ts";
import { forceOption, jsonOption, lockOf, lockWaitOption, stackOption } from "./options.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand("unlock", "Release the lock of a dead run. A live run keeps its lock.")
  .addOption(stackOption())
  .addOption(forceOption("release a lock whose run may be alive on another machine"))
  .addOption(lockWaitOption())
  .addOption(jsonOption());

export const unlock = defineVerb(command, {
  group: "Repair",
  async run(options) {
    const { stack, force = false } = options;
    if (stack === LOCAL_STACK) {
      releaseDeadLocks(stack);
      say(`✓ ${stack} is not locked.`);
      if (options.json === true) printJson({ stack, locked: false });
      return 0;
    }
    const opened = await openStack(stack);
    if (isKeptByServer()) {
      throw new UserError(
        "A server keeps the locks of this stack, and releases those of dead runs by itself. To release one " +
          `now: \`npm run pulumi -- cancel -s ${stack}\`.`,
      );
    }
    const released = await freeStack(opened, { ...lockOf(options), force });
    say(released === 0 ? `✓ ${stack} was not locked.` : `✓ ${stack} is not locked any more.`);
    if (options.json === true) printJson({ stack, locked: false });
    return 0;
  },
});
