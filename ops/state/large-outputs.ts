interface Resource {
  readonly type?: string;
  readonly outputs?: { readonly stderr?: unknown };
}

/** Of one variable of a process's environment on Linux, half. */
const TOO_LARGE = 65_536;

/**
 * Resources of a state without what steps of earlier versions had said, where it is so much that they could not
 * be deleted: it would be handed to that in the environment. The same resources where none has.
 */
export function withoutLargeOutputs<T extends Resource>(resources: readonly T[]): readonly T[] {
  return resources.some(isLarge)
    ? resources.map((one) =>
        isLarge(one) ? { ...one, outputs: { ...one.outputs, stderr: "" } } : one,
      )
    : resources;
}

/** As text, or encrypted. */
const isLarge = ({ type, outputs }: Resource): boolean =>
  type === "command:local:Command" &&
  (JSON.stringify(outputs?.stderr ?? "") ?? "").length > TOO_LARGE;
