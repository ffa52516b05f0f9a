import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isReviewName, reviewName, reviewNames } from "../../../../ops/review/review-name.ts";

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
    expect(`slipway-${stack}-migrate-1234567`).toHaveLength(63);
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

  test("tells branches apart of which GitLab makes one slug; the one that is its own slug keeps it", () => {
    const names = ["fix-a", "fix/a", "Fix-A", "fix_a", "fix-a-"].map((branch) =>
      reviewName("review-fix-a", branch),
    );
    expect(names[0]).toEqual({ stack: "review-fix-a", slug: "fix-a" });
    for (const { stack, slug } of names.slice(1)) {
      expect(stack).toMatch(/^review-fix-a-[0-9a-f]{8}$/);
      expect(`review-${slug}`).toBe(stack);
    }
    expect(new Set(names.map(({ stack }) => stack)).size).toBe(names.length);
  });

  test("of a branch that is called like another one's stack is not that stack's", () => {
    const { slug } = reviewName("review-fix-a", "fix/a");
    expect(reviewName(`review-${slug}`, slug).stack).not.toBe(`review-${slug}`);
  });

  test("of any branch is a label, whatever its length, and its own", () => {
    const branch = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9/_-]{0,80}[a-zA-Z0-9]$/);
    const of = (name: string) => {
      const slug = name
        .toLowerCase()
        .replaceAll(/[^a-z0-9]/g, "-")
        .slice(0, 63);
      return reviewName(`review-${slug.replaceAll(/^-+|-+$/g, "")}`, name);
    };
    fc.assert(
      fc.property(branch, branch, (one, other) => {
        expect(of(one).slug).toMatch(/^[a-z0-9-]{1,63}$/);
        expect(`slipway-${of(one).stack}`).toMatch(/^[a-z0-9-]{1,62}[a-z0-9]$/);
        expect(of(other).stack === of(one).stack).toBe(one === other);
        expect(of(other).slug === of(one).slug).toBe(one === other);
      }),
    );
  });

  test("of an earlier version is known, that cut it later or told no branches apart", () => {
    const [branch, slug] = [
      "fix/the-colour-of-the-basket-in-it",
      "fix-the-colour-of-the-basket-in-it",
    ];
    expect(reviewNames(`review-${slug}`, branch)).toEqual({
      own: ["review-fix-the-colour-of-the-b-b374124a", `review-${slug}-b374124a`],
      shared: [`review-${slug}`, "review-fix-the-colour-of-the-b-d6130974"],
    });
    expect(reviewNames("review-fix", "fix")).toEqual({ own: ["review-fix"], shared: [] });
    const given = `review-${"a".repeat(45)}`;
    expect(reviewNames(given).own).toContain(given);
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
