/** A command on a running stack. */
export interface Verb {
  /** What it does, in a sentence. */
  readonly summary: string;
  readonly usage: string;
  /** @returns the exit code. */
  run(args: string[]): Promise<number>;
}
