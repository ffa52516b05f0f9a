import { afterEach, expect, test, vi } from "vitest";
import { duration } from "../../../ops/progress.ts";

afterEach(() => void vi.useRealTimers());

test.each([
  [0, "0 s"],
  [1_499, "1 s"],
  [59_400, "59 s"],
  [59_600, "1 min 00 s"],
  [185_000, "3 min 05 s"],
  [3_600_000, "60 min 00 s"],
])("%i ms are shown as %s", (passed, text) => {
  vi.useFakeTimers({ now: 1_000_000 });
  expect(duration(1_000_000 - passed)).toBe(text);
});
