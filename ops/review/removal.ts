import type { OutputMap, Stack } from "@pulumi/pulumi/automation/index.js";
import type { Review } from "../../components/review.ts";
import { dataFate } from "../data-fate.ts";
import { freeStack } from "../locks/free.ts";
import { StackState } from "../state/stack-state.ts";
import { nameInUrn } from "../state/urn.ts";
import { destroyWithData } from "../up.ts";
import { UserError } from "../user-error.ts";
import { configOf, recoverConfig } from "./review-stack.ts";
import { type Candidate, refusal } from "./verdict.ts";

/** What is known of a stack that may be one for a branch. Its file need not be there. */
export async function candidateOf(stack: Stack): Promise<Candidate> {
  const [outputs, resources] = [await stack.outputs(), (await StackState.of(stack)).resources];
  const wasUp = outputs["url"] !== undefined;
  return {
    stack: stack.name,
    wasUp,
    review: saidIn(outputs) ?? (wasUp ? undefined : await saidInConfig(stack)),
    protected: resources.filter(({ protect }) => protect === true).map(({ urn }) => nameInUrn(urn)),
  };
}

/**
 * The branch that a stack says it is for.
 *
 * @returns undefined where it says of none.
 */
export const branchOf = async (stack: Stack): Promise<string | undefined> =>
  (saidIn(await stack.outputs()) ?? (await saidInConfig(stack)))?.branch;

/**
 * Removes a review stack with its data, from where it runs and from the backend.
 *
 * @returns what became of its data, as `dataFate` says it.
 */
export async function removeReviewStack(stack: Stack): Promise<string> {
  // Whatever was known before may be otherwise now.
  const refused = refusal(await candidateOf(stack));
  if (refused !== undefined) throw new UserError(`${stack.name} stays: ${refused.why}.`);
  await freeStack(stack);
  await recoverConfig(stack);
  // The config, which says of its database, goes too.
  const fate = await dataFate(stack, true);
  await destroyWithData(stack);
  await stack.workspace.removeStack(stack.name);
  return fate;
}

const saidIn = (outputs: OutputMap): Review | undefined => outputs["review"]?.value ?? undefined;

/** A first run that failed left no outputs, but its config. */
async function saidInConfig(stack: Stack): Promise<Review | undefined> {
  await recoverConfig(stack);
  const config = await configOf(stack);
  const [branch, until, like] = ["reviewBranch", "reviewUntil", "reviewLike"].map(
    (key) => config[key]?.value,
  );
  return branch && until && like ? { branch, until, like } : undefined;
}
