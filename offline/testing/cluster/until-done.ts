import { setTimeout as wait } from "node:timers/promises";

const PAUSE_MS = 200;

/** Tries again as long as what it needs may still be starting. */
export async function untilDone(work: () => Promise<unknown>, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await wait(PAUSE_MS);
    }
  }
}
