/** Headings of the help, in its order. */
export const GROUPS = [
  "This machine",
  "First day",
  "Releases",
  "A running stack",
  "Repair",
  "Development",
] as const;

/** A command on a running stack. */
export interface Verb {
  /** What it does, in a sentence. */
  readonly summary: string;
  readonly usage: string;
  /** Below which heading the help lists it. */
  readonly group?: (typeof GROUPS)[number];
  /** Whether it does without the pulumi command, with these arguments. */
  readonly withoutPulumi?: boolean | ((args: readonly string[]) => boolean);
  /** @returns the exit code. */
  run(args: string[]): Promise<number>;
}
