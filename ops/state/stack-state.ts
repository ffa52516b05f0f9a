import { CommandError, type Deployment, type Stack } from "@pulumi/pulumi/automation/index.js";
import { explained } from "../backend.ts";
import { UserError } from "../user-error.ts";

/** A resource as the state has it. A secret among its values is wrapped, as `plainTextOf` knows. */
export interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  /** On its way out: one that replaces it is there. */
  readonly delete?: boolean;
  readonly protect?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly dependencies?: readonly string[];
}

/** What a run had begun and not recorded. */
export interface PendingOperation {
  readonly resource: Pick<RecordedResource, "urn" | "inputs">;
}

/** What an object in a cluster says of itself. */
export interface ObjectMetadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

interface Changes {
  readonly resources?: readonly RecordedResource[];
  readonly pending?: readonly PendingOperation[];
}

/** The state of a stack, as an export has it. Nobody else reads one. */
export class StackState {
  readonly resources: readonly RecordedResource[];
  readonly pending: readonly PendingOperation[];
  readonly #exported: Deployment;

  private constructor(exported: Deployment) {
    this.resources = exported.deployment.resources ?? [];
    this.pending = exported.deployment.pending_operations ?? [];
    this.#exported = exported;
  }

  /** @throws UserError where the state is damaged. */
  static async of(stack: Stack): Promise<StackState> {
    try {
      return new StackState(await stack.exportStack());
    } catch (error) {
      const isDamaged =
        error instanceof CommandError && /failed to load checkpoint/.test(error.message);
      throw isDamaged ? new UserError(explained(error.message)) : error;
    }
  }

  /** What the first resource says that has an output of this name, as components do of where they are. */
  output(name: string): unknown {
    return this.resources.find(({ outputs }) => outputs?.[name] !== undefined)?.outputs?.[name];
  }

  /** Writes it back, with these changes. */
  async writeTo(stack: Stack, { resources, pending }: Changes): Promise<void> {
    const deployment = {
      ...this.#exported.deployment,
      ...(resources !== undefined && { resources }),
      ...(pending !== undefined && { pending_operations: pending }),
    };
    await stack.importStack({ ...this.#exported, deployment });
  }
}

/** A value that may be a secret, which an export has as JSON. */
export function plainTextOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const { plaintext } = (value ?? {}) as { readonly plaintext?: string };
  return plaintext === undefined ? undefined : String(JSON.parse(plaintext));
}

export const metadataOf = (values: RecordedResource["outputs"]): ObjectMetadata =>
  values?.["metadata"] ?? {};

/** The name that it has where it runs, chosen before it was made. */
export const plannedName = ({ inputs }: Pick<RecordedResource, "inputs">): unknown =>
  metadataOf(inputs).name ?? inputs?.["name"];

/** By which the target knows it: in a cluster, an id is not unique. */
export const physicalIdOf = ({ id, outputs }: RecordedResource): string | undefined =>
  metadataOf(outputs).uid ?? id;
