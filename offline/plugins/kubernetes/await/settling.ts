/** Tells when something has not changed for a while. */
export class Settling {
  readonly #now: () => number;
  #version: string | undefined;
  #since = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  isSettled(version: string, afterSeconds: number): boolean {
    if (version !== this.#version) {
      this.#version = version;
      this.#since = this.#now();
    }
    return this.#now() - this.#since >= afterSeconds * 1000;
  }
}
