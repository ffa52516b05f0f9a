import { LOCAL_STACK } from "../ops/project.ts";
import { destroyWithData } from "../ops/up.ts";
import { UserError } from "../ops/user-error.ts";
import { readOptions } from "../ops/verbs/arguments.ts";
import { confirm, DESTROY_OPTIONS, destroy as destroyStack } from "../ops/verbs/destroy.ts";
import { takeDown } from "./take-down.ts";
import { ensureVerbTools } from "./verb-tools.ts";

/** `npm run destroy -- --data`: everything that is in the state, the database included. */
export async function destroy(args: string[]): Promise<number> {
  // As the verb reads them: what is meant for another stack must not be taken for this clone's own.
  const { values } = readOptions(args, destroyStack.usage, DESTROY_OPTIONS);
  const { stack = LOCAL_STACK, yes, data } = values;
  if (stack !== LOCAL_STACK) {
    await ensureVerbTools("./slipway destroy");
    return await destroyStack.run(args);
  }
  if (yes !== undefined && yes !== stack) {
    throw new UserError(`This is for ${stack}, and --yes names "${yes}". For that one: -s ${yes}.`);
  }
  if (data !== true) {
    throw new UserError(
      `This would remove the stack ${LOCAL_STACK} with its database. To do so, type ` +
        "`npm run destroy -- --data`; to keep the data, type `npm stop`.",
    );
  }
  if (!isForTrying(stack)) await confirm(stack, true, yes);
  return await takeDown({
    command: "npm run destroy",
    work: async (own) => ({ changes: await destroyWithData(own), lost: [] }),
    withData: true,
    done: (fate) => `✓ The stack ${LOCAL_STACK} is gone${fate}.`,
    nothing: `✓ The stack ${LOCAL_STACK} has nothing to remove.`,
  });
}

/** By its name. Under another one (`SLIPWAY_LOCAL_STACK=staging`), it may hold what somebody needs. */
const isForTrying = (stack: string) => /^local(-|$)/.test(stack);
