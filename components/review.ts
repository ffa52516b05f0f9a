/** What a stack for a branch says of itself, so that it can be found and removed without its file. */
export interface Review {
  readonly branch: string;
  /** When its time is over, UTC, ISO 8601. */
  readonly until: string;
  /** The stack that it was made like. */
  readonly like: string;
}
