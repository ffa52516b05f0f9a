import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { targetOf } from "../targets/index.ts";
import { isReviewName } from "./review-name.ts";

/** What is left of a review stack that no backend knows. */
export interface OrphanedStack {
  readonly stack: string;
  /** What there is of it, in words. */
  readonly what: readonly string[];
  remove(): Promise<void>;
}

/**
 * What carries the labels of a review stack where a stack runs, and is in no stack that the backend knows.
 * Another backend may: it is for a person to decide.
 */
export async function orphanedStacks(
  stack: Stack,
  known: readonly string[],
): Promise<OrphanedStack[]> {
  const all = await (await targetOf(stack)).others();
  return all
    .filter(({ stack: name }) => isReviewName(name) && !known.includes(name))
    .map(({ stack: name, things, remove }) => ({
      stack: name,
      what: things.map(({ kind, name }) => `${kind} ${name}`),
      remove,
    }));
}
