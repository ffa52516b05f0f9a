import { describe, expect, test } from "vitest";
import { type Candidate, refusal, verdictOf } from "../../../../ops/review/verdict.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const BRANCHES = new Set(["main", "fix"]);
const review = { branch: "fix", until: "2026-01-02T00:00:00Z", like: "dev" };
const candidate = (changes: Partial<Candidate> = {}): Candidate => ({
  stack: "review-fix",
  review,
  wasUp: true,
  protected: [],
  ...changes,
});

describe("a sweep", () => {
  test("keeps a stack whose branch is there and whose time lasts", () => {
    expect(verdictOf(candidate(), BRANCHES, NOW).action).toBe("keep");
  });

  test("removes one whose branch is gone, and says so", () => {
    const gone = candidate({ review: { ...review, branch: "gone" } });
    expect(verdictOf(gone, BRANCHES, NOW)).toEqual({
      action: "remove",
      why: "its branch gone is gone",
    });
  });

  test("removes one whose time is over, whether its branch is there or could not be asked for", () => {
    const over = candidate({ review: { ...review, until: "2025-12-31T23:59:59Z" } });
    for (const branches of [BRANCHES, undefined]) {
      expect(verdictOf(over, branches, NOW).action).toBe("remove");
    }
  });

  test("takes no branch for gone where they could not be asked for", () => {
    const gone = candidate({ review: { ...review, branch: "gone" } });
    expect(verdictOf(gone, undefined, NOW).action).toBe("keep");
  });

  test("leaves one that never came up to a person", () => {
    const verdict = verdictOf(candidate({ review: undefined, wasUp: false }), BRANCHES, NOW);
    expect(verdict.action).toBe("keep");
    expect(verdict.why).toContain("./slipway sweep -s review-fix removes it");
  });
});

describe("a stack that is not for a branch is refused, gone as its branch may be", () => {
  const gone = { ...review, branch: "gone", until: "2000-01-01T00:00:00Z" };

  test.each(["dev", "prod", "local", "preview-fix"])("by its name: %s", (stack) => {
    const named = candidate({ stack, review: gone });
    expect(verdictOf(named, BRANCHES, NOW).action).toBe("refuse");
    expect(refusal(named)?.why).toContain("its name");
  });

  test("by what it says of itself: it was up, and says nothing of a branch", () => {
    const silent = candidate({ stack: "review-board", review: undefined });
    expect(verdictOf(silent, BRANCHES, NOW).action).toBe("refuse");
  });

  test("by protection: what is protected is named", () => {
    const kept = candidate({ review: gone, protected: ["database-data"] });
    expect(verdictOf(kept, BRANCHES, NOW)).toEqual({
      action: "refuse",
      why: "it has protected resources: database-data",
    });
  });
});
