/** Lets through `burst` at once, and then so many a minute. */
export class Rate {
  readonly #burst: number;
  readonly #perMillisecond: number;
  #left: number;
  #at: number;

  constructor(burst: number, perMinute: number, now = performance.now()) {
    this.#burst = burst;
    this.#perMillisecond = perMinute / 60_000;
    this.#left = burst;
    this.#at = now;
  }

  /** @returns seconds to wait, or 0 when it may go through. */
  take(now = performance.now()): number {
    this.#left = Math.min(this.#burst, this.#left + (now - this.#at) * this.#perMillisecond);
    this.#at = now;
    if (this.#left >= 1) {
      this.#left -= 1;
      return 0;
    }
    return Math.ceil((1 - this.#left) / this.#perMillisecond / 1000);
  }
}
