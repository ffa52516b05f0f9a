import type { Manifest } from "../manifest.ts";

/** How far an object is from being ready. */
export interface Progress {
  readonly isReady: boolean;
  /** It will never be ready. */
  readonly hasFailed?: boolean;
  /** The object as it was seen last; what was applied, if it was not seen. */
  readonly live: Manifest;
  /** What is being waited for, for the status line. */
  readonly status: string;
  /** What stands in the way, as it is listed if the wait is in vain. */
  readonly problems: readonly string[];
}
