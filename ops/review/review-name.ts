import { createHash } from "node:crypto";
import { UserError } from "../user-error.ts";

/** `slipway-STACK` has to fit into a label of a host name and of Kubernetes, which have 63 characters. */
const LONGEST = 55;
/** As GitLab makes CI_COMMIT_REF_SLUG. */
const NAME = /^review-([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$/;

export interface ReviewName {
  /** Name of the stack; a long one is cut, and told from others by the end of a hash. */
  readonly stack: string;
  /** What the host name begins with, never cut, so that a pipeline can tell the address before. */
  readonly slug: string;
}

/** @param given `review-SLUG`. */
export function reviewName(given: string): ReviewName {
  const slug = NAME.exec(given)?.[1];
  if (slug === undefined) {
    throw new UserError(
      `"${given}" is no name of a review stack. It is review-SLUG, where the slug has lower-case letters, ` +
        "digits and -, at most 63: -s review-$CI_COMMIT_REF_SLUG",
    );
  }
  if (given.length <= LONGEST) return { stack: given, slug };
  const hash = createHash("sha256").update(given).digest("hex").slice(0, 8);
  return { stack: `${given.slice(0, LONGEST - 9).replace(/-+$/, "")}-${hash}`, slug };
}

/** The only names that a sweep looks at. */
export const isReviewName = (stack: string) => NAME.test(stack);
