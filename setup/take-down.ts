import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { dataFate } from "../ops/data-fate.ts";
import { releaseDeadLocks } from "../ops/locks/local.ts";
import { say } from "../ops/progress.ts";
import { LOCAL_STACK } from "../ops/project.ts";
import { printJson } from "../ops/result.ts";
import type { Removed } from "../ops/up.ts";
import { isInState, openStack } from "../ops/workspace.ts";
import { ensureDocker } from "./docker-engine.ts";
import { alone } from "./lock.ts";

interface TakingDown {
  /** As it was typed, for those who have to wait for it. */
  readonly command: string;
  work(stack: Stack): Promise<Removed>;
  /** Whether the data goes too. */
  readonly withData: boolean;
  /** Said when there was something to delete, with what became of the data. */
  done(fate: string): string;
  /** Said when there was not. */
  readonly nothing: string;
  /** Whether the result is printed as JSON too. */
  readonly json?: boolean;
}

/** What `stop` and `destroy` have in common. */
export async function takeDown(taking: TakingDown): Promise<number> {
  const { command, work, withData, done, nothing, json = false } = taking;
  return await alone(command, async () => {
    if (!isInState(LOCAL_STACK)) {
      say(nothing);
      if (json) printJson({ stack: LOCAL_STACK, removed: 0, data: withData });
      return 0;
    }
    await ensureDocker();
    releaseDeadLocks(LOCAL_STACK);
    const stack = await openStack(LOCAL_STACK);
    const { changes, lost } = await work(stack);
    say(changes === 0 ? nothing : done(await dataFate(stack, withData, lost)));
    if (json) printJson({ stack: LOCAL_STACK, removed: changes, data: withData });
    return 0;
  });
}
