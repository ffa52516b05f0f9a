import { until } from "../components/kubernetes/steps/until.ts";
import type { Look } from "./look.ts";
import { checkLosses } from "./lost-data.ts";
import { holdsData } from "./preview/data.ts";
import {
  metadataOf,
  physicalIdOf,
  plannedName,
  type RecordedResource,
  type StackState,
} from "./state/stack-state.ts";
import { kindAndName, nameInUrn } from "./state/urn.ts";
import { isListedType } from "./targets/kubernetes/kinds.ts";
import type { LabelledThing, Target } from "./targets/target.ts";
import { UserError } from "./user-error.ts";

/** What of the state is otherwise where the stack runs. */
export interface Missing {
  /** In words, one for each. */
  readonly what: readonly string[];
  /** URNs of what a refresh does not bring back: steps whose work went with it, containers off their network. */
  readonly undone: readonly string[];
}

const NOTHING: Missing = { what: [], undone: [] };

/**
 * Compares the state with what is there: an engine without a refresh believes its state.
 *
 * @param accepted names of data that may be gone.
 * @throws UserError where other data is gone, which only a person can bring back, or these are not.
 */
export function missingFrom(
  stack: string,
  { state, things, unreached }: Look,
  accepted: readonly string[] = [],
): Missing {
  if (things !== undefined) return missingAmong(stack, state.resources, things, accepted);
  if (accepted.length === 0) return NOTHING;
  throw new UserError(
    `Whether ${accepted.join(", ")} is lost could not be asked: ${unreached}. Nothing was done.`,
  );
}

/** @throws UserError where data is gone whose loss nobody has accepted, or that is not gone. */
export function missingAmong(
  stack: string,
  resources: readonly RecordedResource[],
  things: readonly LabelledThing[],
  accepted: readonly string[] = [],
): Missing {
  const changed = changesOf(stack, resources, things);
  checkLosses(
    stack,
    changed.filter(isLost).map(({ resource }) => resource),
    accepted,
  );
  return {
    what: changed.map((one) =>
      isLost(one) ? `${inWords(one)}, with its data: an empty one takes its place` : inWords(one),
    ),
    undone: resources
      .filter((one) => changed.some((change) => isCutOff(one, change) || isUndone(one, change)))
      .map(({ urn }) => urn),
  };
}

/** The data of a stack that is gone from where it runs, of all that the state has. */
export function lostData(stack: string, { state, things }: Look): readonly RecordedResource[] {
  if (things === undefined) return [];
  return changesOf(stack, state.resources, things)
    .filter(isLost)
    .map(({ resource }) => resource);
}

/** A part that does not run, or is not there. */
export interface DownPart {
  readonly name: string;
  /** As `container web-1 does not run`. */
  readonly what: string;
}

/** The parts that do not run although the engine has brought them about, once they had their time. */
export async function downAfter(
  stack: string,
  { resources }: StackState,
  target: Pick<Target, "things" | "startSeconds">,
): Promise<readonly DownPart[]> {
  const look = async () =>
    changesOf(stack, resources, await target.things()).filter(
      ({ how }) => how !== "is not as the state has it",
    );
  const patience = { seconds: target.startSeconds, milliseconds: POLL_MILLISECONDS };
  const down = await until(look, (all) => all.length === 0, patience);
  return down.map((one) => ({ name: nameInUrn(one.resource.urn), what: inWords(one) }));
}

/**
 * What the state has and nobody finds, as `container web-1 is gone`, and what nobody reaches. Of several under one
 * URN, one is enough.
 */
export function faultsAmong(
  stack: string,
  resources: readonly RecordedResource[],
  things: readonly LabelledThing[],
): readonly string[] {
  const ids = new Set(things.map(({ id }) => id));
  const there = resources.filter((one) => ids.has(physicalIdOf(one) ?? ""));
  const found = new Set(there.map(({ urn }) => urn));
  const gone = resources.filter((one) => isListed(one, stack) && !found.has(one.urn));
  const offNetwork = changesOf(stack, there, things).filter(({ how }) => how === OFF_NETWORK);
  const all = [...gone.map((resource): Changed => ({ resource, how: "is gone" })), ...offNetwork];
  return [...new Set(all.map(inWords))];
}

const POLL_MILLISECONDS = 1000;

interface Changed {
  readonly resource: RecordedResource;
  readonly how: Change;
}

function changesOf(
  stack: string,
  resources: readonly RecordedResource[],
  things: readonly LabelledThing[],
): Changed[] {
  const failed = new Set(resources.filter((one) => one.delete === true).map(({ urn }) => urn));
  return (
    resources
      // Where one that is to go is still there, the last run has failed, and stopped what it had started.
      .filter((one) => isListed(one, stack) && !failed.has(one.urn))
      .flatMap((resource) => {
        const how = changeOf(resource, thingOf(resource, things), resources);
        return how === undefined ? [] : [{ resource, how }];
      })
  );
}

/** Data that somebody has restored in a cluster has its name, and another id. */
function thingOf(
  resource: RecordedResource,
  things: readonly LabelledThing[],
): LabelledThing | undefined {
  const { type, inputs = {} } = resource;
  const same = things.find(({ id }) => id === physicalIdOf(resource));
  if (same !== undefined || !holdsData({ type, inputs })) return same;
  return things.find(({ role, name }) => role === "data" && name === plannedName(resource));
}

const isLost = ({ resource: { type, inputs = {} }, how }: Changed): boolean =>
  how === "is gone" && holdsData({ type, inputs });

const inWords = ({ resource, how }: Changed) => `${kindAndName(resource)} ${how}`;

const OFF_NETWORK = "is cut off its network";

type Change = "is gone" | "does not run" | typeof OFF_NETWORK | "is not as the state has it";

function changeOf(
  resource: RecordedResource,
  thing: LabelledThing | undefined,
  all: readonly RecordedResource[],
): Change | undefined {
  if (thing === undefined) return "is gone";
  if (!thing.runs) return "does not run";
  if (isOffNetwork(resource, thing)) return OFF_NETWORK;
  if (thing.id !== physicalIdOf(resource)) return "is not as the state has it";
  const before = metadataOf(resource.outputs).generation;
  if (before === undefined || thing.generation === before) return undefined;
  return isScaled(resource) || isRolledOut(resource, all)
    ? undefined
    : "is not as the state has it";
}

/** Whether a network that the program puts the container on does not have it. */
const isOffNetwork = ({ inputs }: RecordedResource, { networks }: LabelledThing): boolean => {
  const wanted = (inputs?.["networksAdvanced"] ?? []) as readonly { readonly name?: unknown }[];
  return networks !== undefined && !wanted.every(({ name }) => networks.includes(String(name)));
};

/** Whether how many pods it has is left to a scaler. */
const isScaled = ({ type, inputs }: RecordedResource): boolean =>
  type.startsWith("kubernetes:apps/") &&
  (inputs?.["spec"] as { readonly replicas?: unknown } | undefined)?.replicas === undefined;

/** Whether a step sets what its pods are made from, after the engine has recorded it: one that fails puts it back. */
const isRolledOut = ({ urn }: RecordedResource, all: readonly RecordedResource[]): boolean =>
  all.some(
    ({ type, inputs, dependencies = [] }) =>
      type === "command:local:Command" &&
      /\/steps\/roll-out\b/.test(String(inputs?.["create"])) &&
      dependencies.includes(urn),
  );

/** A plugin does not compare the networks of a container with those that it was made with. */
const isCutOff = (one: RecordedResource, { resource, how }: Changed) =>
  how === OFF_NETWORK && one === resource;

/** What was written to a volume is not on the one that takes its place. What has a removal may be undone by it. */
const isUndone = (step: RecordedResource, { resource: { type, urn } }: Changed) =>
  type === "docker:index/volume:Volume" &&
  step.type === "command:local:Command" &&
  step.inputs?.["delete"] === undefined &&
  (step.dependencies ?? []).includes(urn);

/** Whether the target lists it, by the labels of the stack. What a step made is done with when the step is. */
function isListed(resource: RecordedResource, stack: string): boolean {
  const labels = labelsOf(resource);
  return labels["slipway.stack"] === stack && labels["slipway.role"] !== "step";
}

function labelsOf({
  type,
  inputs = {},
  outputs,
}: RecordedResource): Readonly<Record<string, string>> {
  if (isListedType(type)) return metadataOf(outputs).labels ?? {};
  const labels = inputs["labels"];
  if (!/^docker:index\/(container|network|volume):/.test(type) || !Array.isArray(labels)) return {};
  return Object.fromEntries(labels.map(({ label, value }) => [label, value]));
}
