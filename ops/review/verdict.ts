import type { Review } from "../../components/review.ts";
import { isReviewName } from "./review-name.ts";

/** What is known of a stack before anything is done to it. */
export interface Candidate {
  readonly stack: string;
  /** What it says of itself; undefined where it never came so far. */
  readonly review: Review | undefined;
  /** Whether it has ever been up. */
  readonly wasUp: boolean;
  /** Names of its resources that are protected. */
  readonly protected: readonly string[];
}

export interface Verdict {
  readonly action: "remove" | "keep" | "refuse";
  readonly why: string;
}

/**
 * Whether a sweep may remove a stack at all: by its name, by what it says of itself, and by what of it is
 * protected.
 *
 * @returns undefined where it may.
 */
export function refusal(candidate: Candidate): Verdict | undefined {
  const { stack, review, wasUp } = candidate;
  const refuse = (why: string): Verdict => ({ action: "refuse", why });
  if (!isReviewName(stack)) return refuse("its name is not that of a review stack");
  if (review === undefined && wasUp) return refuse("it does not say that it is a review stack");
  if (candidate.protected.length > 0) {
    return refuse(`it has protected resources: ${candidate.protected.join(", ")}`);
  }
  return undefined;
}

/**
 * @param branches those that are there; undefined where they could not be asked for.
 * @param now in milliseconds since 1970.
 */
export function verdictOf(
  candidate: Candidate,
  branches: ReadonlySet<string> | undefined,
  now: number,
): Verdict {
  const refused = refusal(candidate);
  if (refused !== undefined) return refused;
  const { review, stack } = candidate;
  if (review === undefined) {
    const why = `it never came up, and says of no branch; ./slipway sweep -s ${stack} removes it`;
    return { action: "keep", why };
  }
  const { branch, until } = review;
  if (Date.parse(until) <= now) return { action: "remove", why: `its time was over at ${until}` };
  if (branches === undefined) {
    return {
      action: "keep",
      why: `its time lasts until ${until}, its branch could not be asked for`,
    };
  }
  if (!branches.has(branch)) return { action: "remove", why: `its branch ${branch} is gone` };
  return { action: "keep", why: `its branch ${branch} is there, its time lasts until ${until}` };
}
