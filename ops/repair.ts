import { ConcurrentUpdateError, type Stack } from "@pulumi/pulumi/automation/index.js";
import { freeStack } from "./locks/free.ts";
import { releaseDeadLocks } from "./locks/local.ts";
import { QuickerError, quickerError } from "./locks/quicker-error.ts";
import { type Look, lookAt } from "./look.ts";
import { endOrphans } from "./orphans.ts";
import { say } from "./progress.ts";
import { LOCAL_STACK } from "./project.ts";
import { withoutLargeOutputs } from "./state/large-outputs.ts";
import {
  physicalIdOf,
  plannedName,
  type RecordedResource,
  StackState,
} from "./state/stack-state.ts";
import { nameInUrn } from "./state/urn.ts";
import type { LabelledThing } from "./targets/target.ts";
import { UserError } from "./user-error.ts";

export interface Repair {
  /** How many things it removed and operations it struck. */
  readonly mended: number;
  /** What it saw, for whoever goes on at once; undefined where it has changed that. */
  readonly look: Look | undefined;
}

/**
 * Mends what a killed run left: what it had begun is ended, things that it had made and not yet recorded
 * are removed, and its operations are struck from the state, so that the next run makes them again.
 * Data that is not recorded is found again by its name, so it stays, unless it is to go as well.
 *
 * @throws UserError when the target has a stack of this name that another state knows.
 */
export async function repairInterrupted(stack: Stack, options = { data: false }): Promise<Repair> {
  await endOrphans();
  const look = await lookAt(stack);
  const { unreached, things = [] } = look;
  if (unreached !== undefined) {
    say(`The machine could not be asked what a run may have left there: ${unreached}`);
  }
  if (!damageIn(look.state, things).isDamaged) return { mended: 0, look };
  // Whoever has begun since the stack was seen to be free may be at work on just that, and have recorded it: the
  // state that counts is read after that, and after what is there was listed.
  await refuseQuicker(stack);
  const damage = damageIn(await StackState.of(stack), things);
  return { mended: await mend(stack, damage, options.data), look: undefined };
}

interface Damage {
  readonly state: StackState;
  readonly unrecorded: readonly LabelledThing[];
  /** Those of the state without what no step could be deleted with. */
  readonly resources: readonly RecordedResource[];
  /** Whether anything is to be done or said. */
  readonly isDamaged: boolean;
}

function damageIn(state: StackState, things: readonly LabelledThing[]): Damage {
  const unrecorded = notIn(state, things).filter(({ role }) => role !== "one-off");
  const resources = withoutLargeOutputs(state.resources);
  const isDamaged =
    state.pending.length > 0 || unrecorded.length > 0 || resources !== state.resources;
  return { state, unrecorded, resources, isDamaged };
}

/** @throws QuickerError where somebody holds the lock. */
async function refuseQuicker(stack: Stack): Promise<void> {
  try {
    if (stack.name === LOCAL_STACK) releaseDeadLocks(stack.name);
    else await freeStack(stack);
  } catch (error) {
    if (error instanceof UserError) throw new QuickerError(error.message);
    throw error;
  }
}

async function mend(stack: Stack, damage: Damage, withData: boolean): Promise<number> {
  const { state, unrecorded, resources } = damage;
  const { pending } = state;
  const begun = new Set(pending.map(({ resource }) => plannedName(resource)));
  refuseForeign(
    stack.name,
    unrecorded.filter(({ role, name }) => role === "resource" && !begun.has(name)),
  );

  if (pending.length > 0) {
    const names = pending.map(({ resource }) => nameInUrn(resource.urn));
    say(`A run was interrupted while it worked on ${names.join(", ")}.`);
  }
  let removed = 0;
  for (const thing of unrecorded) {
    if (thing.role === "data" && !(withData && begun.has(thing.name))) {
      say(`The ${thing.kind} ${thing.name} is there already, and its data is used.`);
      continue;
    }
    await thing.remove();
    removed += 1;
    say(`  removed the ${thing.kind} ${thing.name}, which it had made and not recorded`);
  }
  if (pending.length === 0 && resources === state.resources) return removed;
  try {
    await state.writeTo(stack, { resources, pending: [] });
  } catch (error) {
    if (!(error instanceof ConcurrentUpdateError)) throw error;
    throw quickerError(stack.name, error.message);
  }
  return removed + pending.length;
}

function notIn({ resources }: StackState, things: readonly LabelledThing[]): LabelledThing[] {
  const recorded = new Set(resources.map(physicalIdOf));
  return things.filter(({ id }) => !recorded.has(id));
}

function refuseForeign(stack: string, things: readonly LabelledThing[]): void {
  if (things.length === 0) return;
  const list = things.map(({ kind, name }) => `${kind} ${name}`).join(", ");
  throw new UserError(
    `A stack "${stack}" that is not in this state is there already: ${list}. ${wayOn(stack)} ` +
      "If it is nobody's, remove what is listed.",
  );
}

const wayOn = (stack: string) =>
  stack === LOCAL_STACK
    ? "If it is another clone's, take it down there (`npm stop`), or give this one a name of its own " +
      "(SLIPWAY_LOCAL_STACK=local-2 npm start)."
    : "If it is in the state of another backend, log in there, or take it down from there " +
      `(\`./slipway destroy -s ${stack}\`).`;
