import {
  CommandError,
  ConcurrentUpdateError,
  type OutputMap,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import type { ReleaseRecord } from "../components/release-record.ts";
import { notAnswering, wrongAnswerOf } from "./after-deployment.ts";
import { explained, reasonIn } from "./backend.ts";
import { interruptible } from "./interruption.ts";
import { noted } from "./locks/own-runs.ts";
import { quickerError } from "./locks/quicker-error.ts";
import { type Look, lookAt } from "./look.ts";
import { refuseUnlabelled } from "./lost-data.ts";
import { lostData, missingFrom } from "./missing.ts";
import { holdsData } from "./preview/data.ts";
import { say } from "./progress.ts";
import { LOCAL_STACK } from "./project.ts";
import { repairInterrupted } from "./repair.ts";
import { Report } from "./report.ts";
import { trimHistory } from "./state/history.ts";
import { type RecordedResource, StackState } from "./state/stack-state.ts";
import { kindAndName } from "./state/urn.ts";
import { removeWayTo, targetOf } from "./targets/index.ts";
import type { Target } from "./targets/target.ts";
import { UserError } from "./user-error.ts";

export interface UpResult {
  readonly changes: number;
  readonly outputs: OutputMap;
}

/**
 * Brings a stack to what program and config say, also where somebody has removed or stopped a part of it, and asks
 * what clients ask.
 *
 * @param seen what was seen of it just now; else it is looked at.
 * @param lost names of data that may be gone: empty ones take its place.
 * @throws UserError where other data is gone, a part that did not run still does not, or clients are not answered as they should be.
 */
export async function up(
  stack: Stack,
  seen?: Look,
  lost: readonly string[] = [],
): Promise<UpResult> {
  const look = seen ?? (await lookAt(stack));
  const { what, undone } = missingFrom(stack.name, look, lost);
  if (lost.length > 0) await refuseUnlabelled(stack.name, lostData(stack.name, look), look.target);
  for (const one of what) say(`  ${one}.`);
  const report = new Report();
  const mends = what.length > 0;
  const apply = () => bringAbout(stack, report, mends, undone);
  let { outputs } = what.includes(RECORD_GONE)
    ? await withRecordBack(stack, look.state, report, apply)
    : await apply();
  let wrong = await wrongAnswerOf(stack, mends);
  if (wrong !== undefined && !mends) {
    const isWrong = `${wrong.url} does not answer as it should`;
    say(`  ${isWrong}: looking for what is not as the state has it.`);
    ({ outputs } = await bringAbout(stack, report, true));
    wrong = await wrongAnswerOf(stack, true);
  }
  if (wrong !== undefined) throw new UserError(notAnswering(stack.name, wrong), 1);
  return { changes: report.changes, outputs };
}

/** Nginx keeps the record beside its configuration. */
const RECORD_GONE = "volume ingress-conf is gone";

const printsRecord = (one: RecordedResource) => isStep(one, "::release-switched");

/** Puts the releases of the outputs back into a record that has gone with its volume, also where the run fails. */
async function withRecordBack(
  stack: Stack,
  { resources }: StackState,
  report: Report,
  apply: () => ReturnType<typeof bringAbout>,
): ReturnType<typeof bringAbout> {
  const releases: ReleaseRecord[] = (await stack.outputs())["releases"]?.value ?? [];
  const restore = async () => await (await targetOf(stack)).restoreReleases(releases);
  const result = await apply().catch(async (error) => {
    // The next run finds the volume, and would not know what it had.
    await restore().catch(() => 0);
    throw error;
  });
  const restored = await restore();
  if (restored === 0) return result;
  say(`  The record of releases was gone; ${restored} earlier ones are in it again.`);
  // The step that prints the record for the outputs has run before.
  const printers = resources.filter(printsRecord).map(({ urn }) => urn);
  return await bringAbout(stack, report, false, printers);
}

/**
 * @param refresh whether the engine asks for all that the state has, which takes seconds. It does so with the
 *   logins that the program has by now: those in the state may have been rotated.
 */
async function bringAbout(
  stack: Stack,
  report: Report,
  refresh: boolean,
  replace: readonly string[] = [],
) {
  const options = {
    ...(refresh && { refresh, runProgram: true }),
    ...(replace.length > 0 && { replace: [...replace] }),
  };
  return await engineWork("up", stack, report, (signal) =>
    stack.up({ ...options, onEvent: report.onEvent, onError: () => {}, signal }),
  );
}

interface DownOptions {
  /** Whether the program renews what reaches the stack's things, as a token of a cluster. */
  readonly runProgram?: boolean;
}

export interface Removed {
  readonly changes: number;
  /** Data that was gone before, as `volume database-data`. */
  readonly lost: readonly string[];
}

/** Takes a stack down. What is protected stays, and stays in the state. */
export async function down(stack: Stack, options: DownOptions = {}): Promise<Removed> {
  // Before the state, which says where it is, has less.
  const target = await targetOf(stack);
  const { look } = await repairInterrupted(stack);
  const lost = lostData(stack.name, look ?? (await lookAt(stack))).map(kindAndName);
  const report = new Report();
  await engineWork("stop", stack, report, async (signal) => {
    // Also where config or an interrupted destroy took the protection off: a stop keeps the data, and the images.
    await setProtection(stack, keepsOnStop, true);
    await stack.destroy({ ...options, onEvent: report.onEvent, excludeProtected: true, signal });
  });
  await target.untilDown();
  return { changes: report.changes, lost };
}

/** Removes a stack with all that it has, data included, also what is protected. */
export async function destroyWithData(stack: Stack): Promise<number> {
  return await remove(stack, {}, (all) => all);
}

type Choice = (all: readonly RecordedResource[]) => readonly RecordedResource[];

/**
 * Removes a stack with all that it has, data included. What is protected makes it fail.
 *
 * @param unprotected what is to go although it is protected. Where it does not go, it is protected again.
 */
export async function remove(
  stack: Stack,
  options: DownOptions = {},
  unprotected: Choice = () => [],
): Promise<number> {
  // Before the state, which says where it is, is gone.
  const target = await targetOf(stack);
  const { mended } = await repairInterrupted(stack, { data: true });
  const report = new Report();
  const lifted = (all: readonly RecordedResource[]) => [
    ...all.filter(keepsImages),
    ...unprotected(all),
  ];
  await engineWork("destroy", stack, report, (signal) =>
    withoutProtection(stack, lifted, () =>
      stack.destroy({ ...options, onEvent: report.onEvent, signal }),
    ),
  );
  await removeBuilds(target);
  removeWayTo(stack.name);
  return report.changes + mended;
}

/**
 * A build that was killed may have made its image without a step in the state that would remove it. Where
 * the machine can't be reached although all is gone, nothing was ever made there.
 */
async function removeBuilds(target: Target): Promise<void> {
  try {
    await target.removeBuilds();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`The machine could not be asked what a build may have left there: ${error.message}`);
  }
}

const isData = ({ type, inputs = {} }: RecordedResource) => holdsData({ type, inputs });

/** A step of the program, by the end of its name. */
const isStep = ({ type, urn }: Pick<RecordedResource, "type" | "urn">, end: string) =>
  type === "command:local:Command" && urn.endsWith(end);

/** Whether it is the step whose removal drops the stack's images. A stop protects it. */
export const keepsImages = (one: Pick<RecordedResource, "type" | "urn">) =>
  isStep(one, "::image-marks");

/**
 * What holds data; with claims in a cluster that stays, the step that clears it before it goes; and where the
 * engine stays, the step that removes the stack's images from it: a start is to find those of the last releases.
 */
function keepsOnStop(all: readonly RecordedResource[]): RecordedResource[] {
  const data = all.filter(isData);
  const isIn = (provider: string) => data.some(({ type }) => type.startsWith(provider));
  return [
    ...data,
    ...(isIn("kubernetes:") ? all.filter((one) => isStep(one, "-let-go")) : []),
    // Kept on a machine that has nothing else to keep, it would keep the machine.
    ...all.filter(
      (one) => keepsImages(one) && (isIn("docker:") || (one.dependencies ?? []).length === 0),
    ),
  ];
}

/** Lifts protection, in the state, for some work; where that fails, what is left has it again. */
async function withoutProtection(
  stack: Stack,
  which: Choice,
  work: () => Promise<unknown>,
): Promise<void> {
  const lifted = await setProtection(stack, which, false);
  try {
    await work();
  } catch (error) {
    const again: Choice = (all) => all.filter(({ urn }) => lifted.includes(urn));
    await setProtection(stack, again, true).catch((trouble: Error) => {
      say(`What was protected could not be protected again: ${explained(trouble.message)}`);
      for (const urn of lifted) {
        say(`  npm run pulumi -- state protect '${urn}' --yes -s ${stack.name}`);
      }
    });
    throw error;
  }
}

/** @returns the URNs of those that it changed. */
async function setProtection(stack: Stack, which: Choice, protect: boolean): Promise<string[]> {
  const state = await StackState.of(stack);
  const changing = which(state.resources).filter((one) => (one.protect ?? false) !== protect);
  if (changing.length === 0) return [];
  const resources = state.resources.map((one) =>
    changing.includes(one) ? { ...one, protect } : one,
  );
  await state.writeTo(stack, { resources });
  return changing.map(({ urn }) => urn);
}

async function engineWork<T>(
  verb: string,
  { name }: Stack,
  report: Report,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await interruptible(
      (signal) => noted(() => work(signal)),
      () => {
        throw new UserError(
          `${verb} was interrupted. What it did is in the state; the next command goes on from there.`,
          130,
        );
      },
    );
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error instanceof ConcurrentUpdateError) throw quickerError(name, error.message);
    throw new UserError(failure(verb, report, error.message), 1);
  } finally {
    if (name === LOCAL_STACK) trimHistory(name);
  }
}

function failure(verb: string, report: Report, said: string): string {
  if (report.errors > 0) {
    return `${verb} failed. The reason is above; mend it and run the same command again.`;
  }
  if (reasonIn(said) !== undefined) return `${verb} failed. ${explained(said)}`;
  return (
    `${verb} failed: pulumi ended without giving a reason, as when it is killed. ` +
    `Run the same command again; it goes on from there.\n${explained(said)}`
  );
}
