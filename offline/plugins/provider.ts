import type { PropertyMap } from "./property-value.ts";

/** What a plugin is to `serve`: the configuration of a provider, and the resources it manages. */
export interface Provider {
  readonly version: string;
  /** Whether secrets are sent to the plugin as such; if not, the engine itself marks the outputs. */
  readonly acceptSecrets: boolean;
  readonly supportsAutonaming: boolean;
  checkConfig(request: CheckRequest): Checked;
  diffConfig?(oldInputs: PropertyMap, newInputs: PropertyMap): Difference;
  configure(config: PropertyMap): Promise<void>;
  /** Throws when the plugin has no such type; `method` is for the message. */
  resource(type: string, method: string): Resource;
  /** Answers a function of the SDK; where there are none, the engine is told so. */
  invoke?(token: string, given: PropertyMap): Promise<PropertyMap>;
  cancel(): void;
}

export interface Resource {
  check(request: CheckRequest): Checked | Promise<Checked>;
  diff(request: DiffRequest): Difference | Promise<Difference>;
  create(request: CreateRequest): Promise<{ id: string; properties: PropertyMap }>;
  /** Null when what was created does not exist any more. */
  read(request: ReadRequest): Promise<Found | null>;
  update(request: UpdateRequest): Promise<PropertyMap>;
  delete(request: DeleteRequest): Promise<void>;
}

/** What every request about a resource says of it. */
export interface Subject {
  readonly urn: string;
  readonly name: string;
  readonly log: (severity: Severity, message: string, ephemeral?: boolean) => void;
}

export type Severity = "info" | "warning" | "error";

export interface CheckRequest extends Subject {
  readonly inputs: PropertyMap;
  readonly oldInputs: PropertyMap;
  readonly autonaming?: Autonaming;
  readonly randomSeed?: Uint8Array;
}

export interface Autonaming {
  readonly mode: "propose" | "enforce" | "disable";
  readonly proposedName: string;
}

export interface Checked {
  readonly inputs: PropertyMap;
  readonly failures: readonly CheckFailure[];
}

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface DiffRequest extends Subject {
  readonly id: string;
  readonly state: PropertyMap;
  readonly oldInputs: PropertyMap;
  readonly inputs: PropertyMap;
  readonly ignoreChanges: readonly string[];
}

export type ChangeKind =
  | "add"
  | "add-replace"
  | "delete"
  | "delete-replace"
  | "update"
  | "update-replace";

export interface Difference {
  readonly changes: ReadonlyMap<string, ChangeKind>;
  readonly deleteBeforeReplace: boolean;
  /** Properties that never change without a replacement. */
  readonly stables: readonly string[];
}

export interface CreateRequest extends Subject {
  readonly inputs: PropertyMap;
  readonly preview: boolean;
  /** Aborts when the user's `customTimeouts` say so. */
  readonly deadline: AbortSignal | undefined;
}

export interface ReadRequest extends Subject {
  readonly id: string;
  readonly state: PropertyMap;
  readonly inputs: PropertyMap;
}

export interface Found {
  readonly id: string;
  readonly properties: PropertyMap;
  readonly inputs: PropertyMap;
}

export interface UpdateRequest extends DiffRequest {
  readonly preview: boolean;
  readonly deadline: AbortSignal | undefined;
}

export interface DeleteRequest extends Subject {
  readonly id: string;
  readonly state: PropertyMap;
  readonly deadline: AbortSignal | undefined;
}

/**
 * A resource that exists although its creation or update failed. The engine keeps it in the state,
 * marked as failed, and the next update deals with it.
 */
export class InitializationFailed extends Error {
  readonly id: string;
  readonly properties: PropertyMap;
  /** What is shown below the message. */
  readonly reasons: readonly string[];
  /** What a failed reading found; after a creation or an update the engine knows them. */
  readonly inputs: PropertyMap | undefined;

  constructor(
    message: string,
    id: string,
    properties: PropertyMap,
    details: { readonly reasons?: readonly string[]; readonly inputs?: PropertyMap } = {},
  ) {
    super(message);
    this.id = id;
    this.properties = properties;
    this.reasons = details.reasons ?? [];
    this.inputs = details.inputs;
  }
}

/** The type named by the URN does not exist in this plugin. */
export class UnknownResource extends Error {}

/** The plugin was told to stop before it began. */
export class Cancelled extends Error {}
