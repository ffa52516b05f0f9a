import { say } from "./progress.ts";

/**
 * Does work of the engine so that it ends in order when it is interrupted: the engine finishes what it is
 * at, records it, releases its lock, and the work fails.
 *
 * The terminal sends Ctrl-C to the engine too; telling it again would make it drop what it is at. The
 * signal that the work is given tells it when only this process was told to end.
 *
 * @param interrupted says what that means, by throwing.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  interrupted: () => never,
): Promise<T> {
  const controller = new AbortController();
  let asked = false;
  const onInterrupt = () => {
    if (asked) process.exit(130);
    asked = true;
    say("Interrupted: waiting for the running operation. Ctrl-C again stops at once.");
  };
  const onTerminate = () => {
    asked = true;
    controller.abort();
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onTerminate);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (asked) return interrupted();
    throw error;
  } finally {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onTerminate);
  }
}
