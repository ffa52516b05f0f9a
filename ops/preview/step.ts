import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

type Properties = Readonly<Record<string, unknown>>;

export interface ResourceState {
  readonly type: string;
  readonly parent?: string;
  readonly protect?: boolean;
  /** It stays where it is when the engine lets go of it. */
  readonly retainOnDelete?: boolean;
  /** Secrets are `[secret]` in them. */
  readonly inputs?: Properties;
  readonly outputs?: Properties;
}

/** What the engine means to do with a resource: a step of `pulumi preview --json`. */
export interface PreviewStep {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: ResourceState;
  readonly newState?: ResourceState;
  /** Properties that differ. */
  readonly diffReasons?: readonly string[];
  /** Properties for which it is replaced. */
  readonly replaceReasons?: readonly string[];
  /** Paths that differ. */
  readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
  /** Found by looking at what is really there. */
  readonly drifted?: boolean;
}

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

/** The steps of a preview, and what its refresh found of that which they change, from the engine's events. */
export function stepsOf(events: readonly EngineEvent[]): PreviewStep[] {
  /** What the engine is at, by resource. */
  const begun = new Map<string, string>();
  const steps = events.flatMap(({ resourcePreEvent, resOutputsEvent }) => {
    if (resourcePreEvent !== undefined) {
      const { urn, op } = resourcePreEvent.metadata;
      begun.set(urn, op);
      return isRefresh(op) ? [] : stepOf(resourcePreEvent.metadata);
    }
    const done = resOutputsEvent?.metadata;
    if (done === undefined || !isRefresh(begun.get(done.urn))) return [];
    const finding = withoutStop(done);
    const op = findingOf(finding);
    return op === undefined ? [] : { ...stepOf(finding), op, drifted: true };
  });
  const changing = new Set(steps.filter(isChange).map(({ urn }) => urn));
  return steps.filter(({ urn, drifted }) => drifted !== true || changing.has(urn));
}

const isRefresh = (op: string | undefined) => op === "refresh";

/** A value that the program does not set may differ after each look: a cluster's status, say. */
const isChange = ({ op, drifted }: PreviewStep) => drifted !== true && op !== "same";

/** In a preview a refresh ends as one, whatever it has found. */
function findingOf({ new: found, detailedDiff }: Metadata): "delete" | "update" | undefined {
  if (found == null) return "delete";
  return Object.keys(detailedDiff ?? {}).length > 0 ? "update" : undefined;
}

/** Docker's plugin says `mustRun` of a container that does not run; the step that starts it says so in words. */
function withoutStop(metadata: Metadata): Metadata {
  const { diffs, detailedDiff } = metadata;
  const { mustRun: _, ...others } = detailedDiff ?? {};
  return {
    ...metadata,
    ...(detailedDiff && { detailedDiff: others }),
    ...(diffs && { diffs: diffs.filter((key) => key !== "mustRun") }),
  };
}

function stepOf(metadata: Metadata): PreviewStep {
  const { op, urn, old, diffs, keys, detailedDiff } = metadata;
  return {
    op,
    urn,
    ...(old === undefined ? {} : { oldState: old }),
    ...(metadata.new === undefined ? {} : { newState: metadata.new }),
    ...(diffs === undefined ? {} : { diffReasons: diffs }),
    ...(keys === undefined ? {} : { replaceReasons: keys }),
    ...(detailedDiff === undefined ? {} : { detailedDiff }),
  } as PreviewStep;
}
