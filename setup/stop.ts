import { releaseDeadLocks } from "../ops/locks.ts";
import { say } from "../ops/progress.ts";
import { LOCAL_STACK } from "../ops/project.ts";
import { down } from "../ops/up.ts";
import { isInState, openStack } from "../ops/workspace.ts";
import { ensureDocker } from "./docker-engine.ts";
import { alone } from "./lock.ts";

const NOT_UP = `✓ The stack ${LOCAL_STACK} is not up.`;

/** `npm stop`: everything goes but what is protected. */
export async function stop(): Promise<number> {
  return await alone("npm stop", async () => {
    if (!isInState(LOCAL_STACK)) {
      say(NOT_UP);
      return 0;
    }
    await ensureDocker();
    releaseDeadLocks(LOCAL_STACK);
    const deleted = await down(await openStack(LOCAL_STACK));
    say(
      deleted === 0
        ? NOT_UP
        : `✓ The stack ${LOCAL_STACK} is down; its data is kept. \`npm start\` brings it back.`,
    );
    return 0;
  });
}
