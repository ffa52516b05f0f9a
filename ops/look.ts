import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { StackState } from "./state/stack-state.ts";
import { targetOf } from "./targets/index.ts";
import type { LabelledThing, Target } from "./targets/target.ts";
import { UserError } from "./user-error.ts";

/** The state of a stack, and after it what is there of the stack. */
export interface Look {
  readonly state: StackState;
  readonly target: Target;
  /** Nothing where the target can't be reached: the way there may be what the next run changes. */
  readonly things: readonly LabelledThing[] | undefined;
  /** Why it can't be reached. */
  readonly unreached?: string;
}

export async function lookAt(stack: Stack): Promise<Look> {
  const state = await StackState.of(stack);
  const target = await targetOf(stack, state);
  try {
    return { state, target, things: await target.things() };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { state, target, things: undefined, unreached: error.message };
  }
}
