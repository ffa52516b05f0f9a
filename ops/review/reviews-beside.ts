import { openStack, stackNames } from "../workspace.ts";
import { candidateOf } from "./removal.ts";
import { isReviewName } from "./review-name.ts";

/** Names of the review stacks that were made like a stack, and so are where it is. */
export async function reviewsBeside(name: string): Promise<string[]> {
  const beside: string[] = [];
  // One by one: each is a command, and there are not many.
  for (const review of (await stackNames()).filter(isReviewName)) {
    const candidate = await candidateOf(await openStack(review));
    if (candidate.review?.like === name) beside.push(review);
  }
  return beside;
}
