/** What keeps a cluster from taking a stack, and the line to type. */
export interface PreflightProblem {
  readonly text: string;
  readonly type: string;
}
