import type { Manifest } from "../manifest.ts";

/** The object exists and is not ready, and waiting longer is of no use. */
export class NotReady extends Error {
  readonly live: Manifest;
  readonly problems: readonly string[];

  constructor(message: string, live: Manifest, problems: readonly string[]) {
    super(message);
    this.live = live;
    this.problems = problems;
  }
}
