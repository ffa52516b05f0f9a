import { setTimeout as delay } from "node:timers/promises";

interface PollOptions {
  /** The state that is waited for, as the message about a timeout shows it. */
  readonly target: string;
  readonly timeoutSeconds: number;
  readonly everySeconds: number;
}

/** Tries until the answer is the target, and fails with the last answer that there was. */
export async function poll(
  { target, timeoutSeconds, everySeconds }: PollOptions,
  attempt: () => Promise<string>,
): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const state = await attempt();
    if (state === target) {
      return;
    }
    if (Date.now() + everySeconds * 1000 > deadline) {
      throw new Error(
        `timeout while waiting for state to become '${target}' ` +
          `(last state: '${state}', timeout: ${timeoutSeconds}s)`,
      );
    }
    await delay(everySeconds * 1000);
  }
}
