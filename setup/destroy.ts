import { LOCAL_STACK } from "../ops/project.ts";
import { destroyWithData } from "../ops/up.ts";
import { UserError } from "../ops/user-error.ts";
import { confirm, destroyCommand, destroyStack } from "../ops/verbs/destroy.ts";
import { defineVerb } from "../ops/verbs/verb.ts";
import { takeDown } from "./take-down.ts";

/** On a stack, or as `npm run destroy -- --data`: everything that this clone's own state has. */
export const destroy = defineVerb(destroyCommand(), {
  group: "A running stack",
  needsPulumi: ({ stack = LOCAL_STACK }) => stack !== LOCAL_STACK,
  // What is meant for another stack must not be taken for this clone's own.
  check({ stack = LOCAL_STACK, yes, data }) {
    if (stack !== LOCAL_STACK) return;
    if (yes !== undefined && yes !== stack) {
      throw new UserError(
        `This is for ${stack}, and --yes names "${yes}". For that one: -s ${yes}.`,
      );
    }
    if (data !== true) {
      throw new UserError(
        `This would remove the stack ${LOCAL_STACK} with its database. To do so, type ` +
          "`npm run destroy -- --data`; to keep the data, type `npm stop`.",
      );
    }
  },
  async run(options) {
    const { stack = LOCAL_STACK, yes } = options;
    if (stack !== LOCAL_STACK) return await destroyStack(stack, options);
    if (!isForTrying(stack)) await confirm(stack, true, yes);
    return await takeDown({
      command: "npm run destroy",
      work: async (own) => ({ changes: await destroyWithData(own), lost: [] }),
      withData: true,
      done: (fate) => `✓ The stack ${LOCAL_STACK} is gone${fate}.`,
      nothing: `✓ The stack ${LOCAL_STACK} has nothing to remove.`,
      json: options.json === true,
    });
  },
});

/** By its name. Under another one (`SLIPWAY_LOCAL_STACK=staging`), it may hold what somebody needs. */
const isForTrying = (stack: string) => /^local(-|$)/.test(stack);
