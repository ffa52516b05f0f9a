import { releaseDeadLocks } from "../ops/locks.ts";
import { say } from "../ops/progress.ts";
import { LOCAL_STACK } from "../ops/project.ts";
import { destroyWithData } from "../ops/up.ts";
import { UserError } from "../ops/user-error.ts";
import { isInState, openStack } from "../ops/workspace.ts";
import { ensureDocker } from "./docker-engine.ts";
import { alone } from "./lock.ts";

const NOTHING = `✓ The stack ${LOCAL_STACK} has nothing to remove.`;

/** `npm run destroy -- --data`: everything that is in the state, the database included. */
export async function destroy(args: string[]): Promise<number> {
  if (!args.includes("--data")) {
    throw new UserError(
      `This would remove the stack ${LOCAL_STACK} with its database. If that is meant, type ` +
        "`npm run destroy -- --data`; to keep the data, type `npm stop`.",
    );
  }
  return await alone("npm run destroy", async () => {
    if (!isInState(LOCAL_STACK)) {
      say(NOTHING);
      return 0;
    }
    await ensureDocker();
    releaseDeadLocks(LOCAL_STACK);
    const deleted = await destroyWithData(await openStack(LOCAL_STACK));
    say(deleted === 0 ? NOTHING : `✓ The stack ${LOCAL_STACK} is gone, and so is its data.`);
    return 0;
  });
}
