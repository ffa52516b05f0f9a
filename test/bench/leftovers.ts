import { say } from "../../ops/progress.ts";

/** What has to be removed at the end, however it comes: the newest first, as it may stand on the others. */
export class Leftovers {
  readonly #removals: (() => void | Promise<void>)[] = [];

  add(remove: () => void | Promise<void>): void {
    this.#removals.unshift(remove);
  }

  /** Removes what can be removed, and says what could not be. */
  async removeAll(): Promise<void> {
    for (const remove of this.#removals.splice(0)) {
      try {
        await remove();
      } catch (error) {
        say(`Not everything was removed: ${String(error)}`);
      }
    }
  }
}
