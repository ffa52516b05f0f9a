/** What is wrong, and the line to type about it, without the name of the stack. */
export interface Problem {
  /** The key; undefined where it is not about one. */
  readonly setting?: string;
  readonly text: string;
  readonly command: string;
}
