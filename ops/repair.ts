import {
  ConcurrentUpdateError,
  type Deployment as PulumiDeployment,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import { explained } from "./backend.ts";
import { freeStack } from "./locks/free.ts";
import { releaseDeadLocks } from "./locks/local.ts";
import { QuickerError } from "./locks/quicker-error.ts";
import { endOrphans } from "./orphans.ts";
import { say } from "./progress.ts";
import { LOCAL_STACK } from "./project.ts";
import { withoutLargeOutputs } from "./state/large-outputs.ts";
import { targetOf } from "./targets/index.ts";
import type { LabelledThing, Target } from "./targets/target.ts";
import { UserError } from "./user-error.ts";

interface Deployment {
  readonly resources?: readonly RecordedThing[];
  readonly pending_operations?: readonly PendingOperation[];
}

interface RecordedThing {
  readonly id?: string;
  readonly type?: string;
  /** What an object in a cluster says of itself: there, an id is not unique. */
  readonly outputs?: { readonly metadata?: { readonly uid?: string }; readonly stderr?: unknown };
}

interface PendingOperation {
  /** Its inputs have the physical name, which was chosen before the operation began. */
  readonly resource: {
    readonly urn: string;
    readonly inputs?: { readonly name?: unknown; readonly metadata?: { readonly name?: unknown } };
  };
}

/**
 * Mends what a killed run left: what it had begun is ended, things that it had made and not yet recorded
 * are removed, and its operations are struck from the state, so that the next run makes them again.
 * Data that is not recorded is found again by its name, so it stays, unless it is to go as well.
 *
 * @returns how many things it removed and operations it struck.
 * @throws UserError when the target has a stack of this name that another state knows.
 */
export async function repairInterrupted(stack: Stack, options = { data: false }): Promise<number> {
  await endOrphans();
  const target = await targetOf(stack);
  // Before the state: what is made and recorded in between is not taken for what nobody knows.
  const things = await thingsOn(target);
  const first = damageIn(await stack.exportStack(), things);
  if (!first.isDamaged) return 0;
  // Whoever has begun since the stack was seen to be free may be at work on just that, and have recorded it.
  await refuseQuicker(stack);
  return await mend(stack, damageIn(await stack.exportStack(), things), options.data);
}

interface Damage {
  readonly exported: PulumiDeployment;
  readonly unrecorded: readonly LabelledThing[];
  readonly pending: readonly PendingOperation[];
  /** Those of the state without what no step could be deleted with. */
  readonly resources: readonly RecordedThing[];
  readonly isLean: boolean;
  /** Whether anything is to be done or said. */
  readonly isDamaged: boolean;
}

function damageIn(exported: PulumiDeployment, things: readonly LabelledThing[]): Damage {
  const deployment: Deployment = exported.deployment;
  const pending = deployment.pending_operations ?? [];
  const unrecorded = notIn(deployment, things).filter(({ role }) => role !== "one-off");
  const all = deployment.resources ?? [];
  const resources = withoutLargeOutputs(all);
  const isLean = resources === all;
  const isDamaged = pending.length > 0 || unrecorded.length > 0 || !isLean;
  return { exported, unrecorded, pending, resources, isLean, isDamaged };
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
  const { exported, unrecorded, pending, resources, isLean } = damage;
  const begun = new Set(
    pending.map(({ resource }) => resource.inputs?.metadata?.name ?? resource.inputs?.name),
  );
  refuseForeign(
    stack.name,
    unrecorded.filter(({ role, name }) => role === "resource" && !begun.has(name)),
  );

  if (pending.length > 0) {
    const names = pending.map(({ resource }) => resource.urn.split("::").at(-1));
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
  if (pending.length === 0 && isLean) return removed;
  const deployment = {
    ...exported.deployment,
    ...(!isLean && { resources }),
    pending_operations: [],
  };
  await importInto(stack, { ...exported, deployment });
  return removed + pending.length;
}

async function importInto(stack: Stack, state: PulumiDeployment): Promise<void> {
  try {
    await stack.importStack(state);
  } catch (error) {
    if (!(error instanceof ConcurrentUpdateError)) throw error;
    throw new QuickerError(explained(error.message));
  }
}

/** Nothing where the machine can't be reached: the way there may be what the next run changes. */
async function thingsOn(target: Target): Promise<LabelledThing[]> {
  try {
    return await target.things();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`The machine could not be asked what a run may have left there: ${error.message}`);
    return [];
  }
}

function notIn(deployment: Deployment, things: readonly LabelledThing[]): LabelledThing[] {
  const recorded = new Set(
    (deployment.resources ?? []).flatMap(({ id, outputs }) => outputs?.metadata?.uid ?? id ?? []),
  );
  return things.filter(({ id }) => !recorded.has(id));
}

function refuseForeign(stack: string, things: readonly LabelledThing[]): void {
  if (things.length === 0) return;
  const list = things.map(({ kind, name }) => `${kind} ${name}`).join(", ");
  throw new UserError(
    `A stack "${stack}" that is not in this state is there already: ${list}. If it is another ` +
      "clone's, take it down there (`npm stop`), or give this one a name of its own " +
      "(SLIPWAY_LOCAL_STACK=local-2 npm start). If it is nobody's, remove what is listed.",
  );
}
