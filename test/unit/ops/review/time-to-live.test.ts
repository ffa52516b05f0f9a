import { expect, test } from "vitest";
import { endOf } from "../../../../ops/review/time-to-live.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");

test.each([
  ["12h", "2026-01-01T12:00:00Z"],
  ["7d", "2026-01-08T00:00:00Z"],
  ["2w", "2026-01-15T00:00:00Z"],
  ["36 hours", "2026-01-02T12:00:00Z"],
  ["1 day", "2026-01-02T00:00:00Z"],
  ["2 weeks", "2026-01-15T00:00:00Z"],
])("a time to live of %s ends at %s", (ttl, end) => {
  expect(endOf(ttl, NOW)).toBe(end);
});

test.each(["", "7", "0d", "-1d", "7  d", "1 month", "1y", "99999d"])("%j is refused", (ttl) => {
  expect(() => endOf(ttl, NOW)).toThrow("hours, days or weeks");
});
