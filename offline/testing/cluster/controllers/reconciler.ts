import { setTimeout as wait } from "node:timers/promises";

const RETRY_MS = 1000;

/** Makes things as they are wanted, one time after the other, whenever something has changed. */
export class Reconciler {
  readonly #reconcile: () => Promise<void>;
  #isWanted = false;
  #isStopped = false;
  #work: Promise<void> = Promise.resolve();

  constructor(reconcile: () => Promise<void>) {
    this.#reconcile = reconcile;
  }

  /** Something has changed; said during a run, it leads to another one. */
  readonly request = (): void => {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#work = this.#work.then(() => this.#run());
  };

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#work;
  }

  /** What fails is tried again: the API server may be away, or somebody else may have been faster. */
  async #run(): Promise<void> {
    this.#isWanted = false;
    if (this.#isStopped) return;
    try {
      await this.#reconcile();
    } catch {
      await wait(RETRY_MS);
      this.request();
    }
  }
}
