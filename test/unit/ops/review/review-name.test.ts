import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isReviewName, reviewName } from "../../../../ops/review/review-name.ts";

describe("the name of a review stack", () => {
  test("is the one that is given where it fits, and the slug is what follows", () => {
    expect(reviewName("review-fix-login")).toEqual({
      stack: "review-fix-login",
      slug: "fix-login",
    });
  });

  test("of a slug of GitLab's full length is cut for the stack, and not for the host name", () => {
    const slug = "a".repeat(63);
    const { stack, slug: host } = reviewName(`review-${slug}`);
    expect(host).toBe(slug);
    expect(stack).toMatch(/^review-a+-[0-9a-f]{8}$/);
    expect(`slipway-${stack}`.length).toBeLessThanOrEqual(63);
  });

  test("is a label of a host name with the project's, its own again, and another for another slug", () => {
    const slug = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/);
    fc.assert(
      fc.property(slug, slug, (one, other) => {
        const { stack } = reviewName(`review-${one}`);
        expect(`slipway-${stack}`).toMatch(/^[a-z0-9-]{1,62}[a-z0-9]$/);
        expect(isReviewName(stack)).toBe(true);
        expect(reviewName(stack).stack).toBe(stack);
        expect(reviewName(`review-${other}`).stack === stack).toBe(one === other);
      }),
    );
  });

  test.each([
    "dev",
    "prod",
    "review",
    "review-",
    "review-A",
    "review-a_b",
    "review--a",
    "xreview-a",
  ])("is not %s", (name) => {
    expect(() => reviewName(name)).toThrow("no name of a review stack");
    expect(isReviewName(name)).toBe(false);
  });
});
