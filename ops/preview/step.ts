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
  return events.flatMap(({ resourcePreEvent, resOutputsEvent }) => {
    if (resourcePreEvent !== undefined && resourcePreEvent.metadata.op !== "refresh") {
      return stepOf(resourcePreEvent.metadata);
    }
    const refreshed = resOutputsEvent?.metadata;
    if (refreshed === undefined || !isFinding(refreshed, events)) return [];
    return { ...stepOf(refreshed), drifted: true };
  });
}

/** A refresh ends as an update or a deletion where it found something else. */
function isFinding({ urn, op, detailedDiff }: Metadata, events: readonly EngineEvent[]): boolean {
  const isRefreshed = events.some(
    ({ resourcePreEvent: before }) =>
      before?.metadata.urn === urn && (before.metadata.op as string) === "refresh",
  );
  return isRefreshed && (op === "delete" || (op === "update" && detailedDiff !== undefined));
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
