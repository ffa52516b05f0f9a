const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** The nanoseconds in `1m30s`. */
export function parseDuration(text: string): number {
  return [...text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)].reduce(
    (sum, [, amount, unit]) => sum + Math.round(Number(amount) * (NANOSECONDS[unit ?? ""] ?? 0)),
    0,
  );
}

/**
 * As Go writes it: 60 s are `1m0s`. Because upstream compares these texts, a program has to write
 * them so too, or it is told of a change for ever.
 */
export function formatDuration(nanoseconds: number): string {
  if (nanoseconds === 0) {
    return "0s";
  }
  if (nanoseconds < 1e9) {
    const [unit, size] =
      nanoseconds < 1e3 ? ["ns", 1] : nanoseconds < 1e6 ? ["µs", 1e3] : ["ms", 1e6];
    return `${nanoseconds / Number(size)}${unit}`;
  }
  const hours = Math.floor(nanoseconds / 3600e9);
  const minutes = Math.floor((nanoseconds % 3600e9) / 60e9);
  const seconds = (nanoseconds % 60e9) / 1e9;
  const withHours = hours > 0 ? `${hours}h` : "";
  return `${withHours}${withHours !== "" || minutes > 0 ? `${minutes}m` : ""}${seconds}s`;
}
