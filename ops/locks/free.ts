import { setTimeout as pause } from "node:timers/promises";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { backendUrl } from "../backend.ts";
import { GitLab } from "../gitlab/client.ts";
import { duration, say } from "../progress.ts";
import { LOCAL_STACK } from "../project.ts";
import { isReviewName, slugOf } from "../review/review-name.ts";
import { chosenTools, pulumiHome } from "../tools.ts";
import { UserError } from "../user-error.ts";
import { type FoundLock, holderOf } from "./lock.ts";
import { type OwnerState, ownerOf, type Pipeline } from "./owner.ts";
import { locksOn, removeLocks } from "./stack-locks.ts";

export interface FreeOptions {
  /** Takes away what nobody can say whether its owner lives. */
  readonly force?: boolean;
  /** How long to wait for an owner who lives, or may live: elsewhere, as a hook's machine beside a pipeline. */
  readonly waitSeconds?: number;
}

const ASK_AGAIN_MS = 3_000;
const SAY_AGAIN_MS = 30_000;

/**
 * Sees to it that nobody holds the lock of a stack: the locks of the dead are taken away, the living, and those
 * who may live, are waited for, and never robbed.
 *
 * @returns how many locks were taken away.
 * @throws UserError that says who holds it, since when, and what to type.
 */
export async function freeStack(stack: Stack, options: FreeOptions = {}): Promise<number> {
  // The local one is freed before it is opened, by its files.
  if (stack.name === LOCAL_STACK) return 0;
  if (isKeptByServer()) return await waitForServer(stack, options);
  const began = Date.now();
  let said = 0;
  for (;;) {
    const locks = await locksOn(stack);
    const owners = await Promise.all(locks.map((lock) => ownerOf(lock, pipelineOf(stack.name))));
    const holder = holderAmong(locks, owners, options.force === true);
    if (holder === undefined) {
      if (locks.length > 0) await removeLocks(stack, locks);
      for (const lock of locks) say(`Released the lock of a run that is dead (${holderOf(lock)}).`);
      return locks.length;
    }
    const waited = Date.now() - began;
    if (waited >= (options.waitSeconds ?? 0) * 1000) {
      throw new UserError(refusal(stack.name, holder));
    }
    if (said === 0 || Date.now() - said > SAY_AGAIN_MS) {
      said = Date.now();
      const held = holder.lives ? "is being changed" : "may be being changed";
      say(`▸ ${stack.name} ${held} by ${holderOf(holder.lock)}: ${duration(began)} so far ...`);
    }
    await pause(ASK_AGAIN_MS);
  }
}

/** A run that is dead counts for at work until its lease has ended, some minutes at most. */
async function waitForServer(stack: Stack, { waitSeconds = 0 }: FreeOptions): Promise<0> {
  const began = Date.now();
  let said = 0;
  while (await isAtWork(stack)) {
    if (Date.now() - began >= waitSeconds * 1000) {
      throw new UserError(
        `Stack "${stack.name}" is being changed by another run of pulumi, as its server says. Wait for it ` +
          `(--lock-wait SECONDS); if you know that it is dead: \`npm run pulumi -- cancel -s ${stack.name}\`.`,
      );
    }
    if (said === 0 || Date.now() - said > SAY_AGAIN_MS) {
      said = Date.now();
      say(`▸ ${stack.name} is being changed by another run: ${duration(began)} so far ...`);
    }
    await pause(ASK_AGAIN_MS);
  }
  return 0;
}

async function isAtWork({ name, workspace }: Stack): Promise<boolean> {
  const all = await workspace.listStacks();
  const ofName = (full: string) => full === name || full.endsWith(`/${name}`);
  return all.some((one) => ofName(one.name) && one.updateInProgress);
}

/** A server leases its locks, ends those of the dead by itself, and tells nobody who they are. */
export function isKeptByServer(): boolean {
  return backendUrl(pulumiHome(chosenTools().pulumi))?.startsWith("http") === true;
}

interface Holder {
  readonly lock: FoundLock;
  readonly lives: boolean;
}

/** Whoever stands in the way, the living first. */
function holderAmong(
  locks: readonly FoundLock[],
  owners: readonly OwnerState[],
  force: boolean,
): Holder | undefined {
  const of = (state: OwnerState) => locks[owners.indexOf(state)];
  const alive = of("alive");
  if (alive !== undefined) return { lock: alive, lives: true };
  const unknown = of("unknown");
  return unknown === undefined || force ? undefined : { lock: unknown, lives: false };
}

function refusal(stack: string, { lock, lives }: Holder): string {
  const held = `Stack "${stack}" is being changed by pulumi, ${holderOf(lock)}.`;
  return lives
    ? `${held} Wait for it (--lock-wait SECONDS), or end it there.`
    : `${held} Whether that is still at work can't be known from here. If you know that it is not: ` +
        `\`./slipway unlock -s ${stack} --force\`.`;
}

/** What the pipeline knows that asks. */
export function pipelineOf(stack: string, env = process.env): Pipeline {
  // A job that has only access to an environment, as to sweep, works on stacks of others: whether those are
  // at work, its deployments don't say.
  const own = ["access", "prepare", "verify"].includes(env["CI_ENVIRONMENT_ACTION"] ?? "")
    ? undefined
    : env["CI_ENVIRONMENT_NAME"];
  return {
    gitlab: GitLab.fromEnvironment(env),
    ...(own || !isReviewName(stack)
      ? { environment: own || stack }
      : { environment: `review/${slugOf(stack)}`, ofMergeRequest: true }),
    project: env["CI_PROJECT_ID"],
    job: Number(env["CI_JOB_ID"]) || undefined,
  };
}
