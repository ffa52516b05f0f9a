import { UserError } from "../user-error.ts";

const HOURS: Readonly<Record<string, number>> = { h: 1, d: 24, w: 24 * 7 };

/** When a time to live that begins now is over, as stacks record it. */
export function endOf(ttl: string, now: number): string {
  const [, count, unit = ""] = /^([1-9]\d{0,3})([hdw])$/.exec(ttl) ?? [];
  if (count === undefined) {
    throw new UserError(`--ttl is "${ttl}"; it must be hours, days or weeks, like 12h, 7d or 2w.`);
  }
  const end = new Date(now + Number(count) * (HOURS[unit] ?? 0) * 3_600_000);
  return end.toISOString().replace(/\.\d+Z$/, "Z");
}
