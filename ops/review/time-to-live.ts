import { UserError } from "../user-error.ts";

const TIME = /^([1-9]\d{0,3}) ?(h|hours?|d|days?|w|weeks?)$/;
const HOURS: Readonly<Record<string, number>> = { h: 1, d: 24, w: 24 * 7 };

/** When a time to live that begins now is over, as stacks record it. GitLab's words for one will do, too. */
export function endOf(ttl: string, now: number): string {
  const [, count, unit = ""] = TIME.exec(ttl) ?? [];
  if (count === undefined) {
    throw new UserError(
      `--ttl is "${ttl}"; it must be hours, days or weeks, like 12h, 7d or 2 weeks.`,
    );
  }
  const end = new Date(now + Number(count) * (HOURS[unit.charAt(0)] ?? 0) * 3_600_000);
  return end.toISOString().replace(/\.\d+Z$/, "Z");
}
