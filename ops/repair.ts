import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { withoutLargeOutputs } from "./large-outputs.ts";
import { endOrphans } from "./orphans.ts";
import { say } from "./progress.ts";
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
  const exported = await stack.exportStack();
  const deployment: Deployment = exported.deployment;
  const pending = deployment.pending_operations ?? [];
  const unrecorded = notIn(deployment, await thingsOn(await targetOf(stack, exported)));
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
    if (thing.role === "one-off") continue;
    if (thing.role === "data" && !(options.data && begun.has(thing.name))) {
      say(`The ${thing.kind} ${thing.name} is there already, and its data is used.`);
      continue;
    }
    await thing.remove();
    removed += 1;
    say(`  removed the ${thing.kind} ${thing.name}, which it had made and not recorded`);
  }
  const resources = withoutLargeOutputs(deployment.resources ?? []);
  const isLean = resources === (deployment.resources ?? resources);
  if (pending.length === 0 && isLean) return removed;
  await stack.importStack({
    ...exported,
    deployment: { ...deployment, ...(!isLean && { resources }), pending_operations: [] },
  });
  return removed + pending.length;
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

function notIn(deployment: Deployment, things: LabelledThing[]): LabelledThing[] {
  const recorded = new Set(
    (deployment.resources ?? []).flatMap(({ id, outputs }) => outputs?.metadata?.uid ?? id ?? []),
  );
  return things.filter(({ id }) => !recorded.has(id));
}

function refuseForeign(stack: string, things: LabelledThing[]): void {
  if (things.length === 0) return;
  const list = things.map(({ kind, name }) => `${kind} ${name}`).join(", ");
  throw new UserError(
    `A stack "${stack}" that is not in this state is there already: ${list}. If it is another ` +
      "clone's, take it down there (`npm stop`), or give this one a name of its own " +
      "(SLIPWAY_LOCAL_STACK=local-2 npm start). If it is nobody's, remove what is listed.",
  );
}
