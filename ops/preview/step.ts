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

/** The steps of a preview, and what its refresh found, from the engine's events. */
export function stepsOf(events: readonly EngineEvent[]): PreviewStep[] {
  /** What the engine is at, by resource. */
  const begun = new Map<string, string>();
  return events.flatMap(({ resourcePreEvent, resOutputsEvent }) => {
    if (resourcePreEvent !== undefined) {
      const { urn, op } = resourcePreEvent.metadata;
      begun.set(urn, op);
      return (op as string) === "refresh" ? [] : stepOf(resourcePreEvent.metadata);
    }
    const done = resOutputsEvent?.metadata;
    if (done === undefined || begun.get(done.urn) !== "refresh" || !isFinding(done)) return [];
    return { ...stepOf(done), drifted: true };
  });
}

/** A refresh ends as an update or a deletion where it found something else. */
const isFinding = ({ op, detailedDiff }: Metadata) =>
  op === "delete" || (op === "update" && detailedDiff !== undefined);

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
