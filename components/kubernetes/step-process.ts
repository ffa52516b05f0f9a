/**
 * Runs a command where Pulumi runs, in the middle of an operation on a resource, with its standard input.
 *
 * @throws Error with what it said, when it fails.
 */
export type StepProcess = (command: readonly string[], input: string) => Promise<void>;
