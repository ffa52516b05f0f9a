/** When each of several things was first seen, by the clock of this machine: a cluster's may differ. */
export class FirstSeen {
  /** In milliseconds. */
  readonly #times = new Map<string, number>();

  /** Seconds since it was first asked for. */
  secondsSince(thing: string): number {
    const now = performance.now();
    const first = this.#times.get(thing) ?? now;
    this.#times.set(thing, first);
    return (now - first) / 1000;
  }
}
