import { createHash } from "node:crypto";
import { UserError } from "../user-error.ts";

/**
 * `slipway-STACK-web-20-1234567` and `slipway-STACK-migrate-1234567` have to fit into a label of a host name and of
 * Kubernetes, which have 63 characters.
 */
const LONGEST = 39;
/** What earlier versions cut at, for `slipway-STACK` alone had to fit. */
const EARLIER_LONGEST = 55;
/** A label of a host name. */
const LONGEST_LABEL = 63;
/** As GitLab makes CI_COMMIT_REF_SLUG. */
const NAME = /^review-([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$/;
/** What tells names apart that are equal, or equal where they are cut. */
const HASH = /-[0-9a-f]{8}$/;

export interface ReviewName {
  /** Name of the stack; a long one is cut, and told from others by the end of a hash. */
  readonly stack: string;
  /** What the host name begins with. */
  readonly slug: string;
}

/**
 * The name of a branch's stack, which no other branch has: GitLab makes `fix-a` of `fix/a` and of `fix-a`, and
 * the one whose name is not the slug itself gets a hash of its name. So does one that ends like such a hash.
 *
 * @param given `review-SLUG`, or the name of a stack.
 * @param branch undefined for the name of a stack.
 */
export const reviewName = (given: string, branch?: string): ReviewName =>
  nameWithin(LONGEST, given, branch);

/** Names that a branch's stack may have, the present one first. */
export interface ReviewNames {
  /** No other branch has one of them. */
  readonly own: readonly string[];
  /** Those of versions that told no branches with one slug apart, or given as it is: perhaps another branch's. */
  readonly shared: readonly string[];
}

/** The same arguments, for whatever version has made the stack. */
export function reviewNames(given: string, branch?: string): ReviewNames {
  const of = (whose: string | undefined) =>
    [LONGEST, EARLIER_LONGEST].map((longest) => nameWithin(longest, given, whose).stack);
  const own = new Set(of(branch));
  const all = new Set([...own, given, ...of(undefined)]);
  return { own: [...own], shared: [...all].slice(own.size) };
}

function nameWithin(longest: number, given: string, branch: string | undefined): ReviewName {
  const said = NAME.exec(given)?.[1];
  if (said === undefined) {
    throw new UserError(
      `"${given}" is no name of a review stack. It is review-SLUG, where the slug has lower-case letters, ` +
        "digits and -, at most 63: -s review-$CI_COMMIT_REF_SLUG",
    );
  }
  const isOwn = branch === undefined || (branch === said && !HASH.test(said));
  const slug = isOwn ? said : hashed(said, branch, LONGEST_LABEL);
  const stack = `review-${slug}`;
  if (stack.length <= longest) return { stack, slug };
  return { stack: hashed(isOwn ? stack : given, isOwn ? given : branch, longest), slug };
}

/** The only names that a sweep looks at. */
export const isReviewName = (stack: string) => NAME.test(stack);

/** What the names of GitLab's environments for a stack begin with, after `review/`. */
export const slugOf = (stack: string) => stack.replace(/^review-/, "").replace(HASH, "");

function hashed(text: string, of: string, longest: number): string {
  const hash = createHash("sha256").update(of).digest("hex").slice(0, 8);
  return `${text.slice(0, longest - 9).replace(/-+$/, "")}-${hash}`;
}
