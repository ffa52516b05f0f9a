interface PollOptions {
  /** Undefined where something else says when it is over. */
  readonly seconds?: number;
  readonly milliseconds: number;
}

/** Looks again and again until it is enough or the time is over; @returns what was seen last. */
export async function until<T>(
  look: () => Promise<T>,
  isEnough: (seen: T) => boolean,
  { seconds = Number.POSITIVE_INFINITY, milliseconds }: PollOptions,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (isEnough(seen) || performance.now() >= deadline) return seen;
    await new Promise((done) => setTimeout(done, milliseconds));
  }
}
