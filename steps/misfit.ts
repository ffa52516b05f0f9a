/** What keeps a cluster from taking a stack, and the line to type. */
export interface Misfit {
  readonly text: string;
  readonly type: string;
}
