/** How many entries the record has at most. */
export const RECORD_LENGTH = 50;

/** An entry of the record that a target keeps of its releases, newest first: a line of JSON each. */
export interface ReleaseRecord {
  readonly image: string;
  readonly version: string;
  /** As baked into the image (APP_COMMIT); empty where it has none. */
  readonly commit: string;
  /** When it was switched to, UTC, ISO 8601. */
  readonly time: string;
  /** Whoever ran Pulumi. */
  readonly by: string;
  /** Whether it was seen to answer. */
  readonly verified: boolean;
  /** Image that it took back; empty where it went forward. */
  readonly rollbackOf: string;
  readonly mark: string;
  /** Grows with each push to the app's default branch; absent where nobody handed one over. */
  readonly sequence?: number;
}

export function parseRecord(text: string): ReleaseRecord[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

export function recordLine(entry: ReleaseRecord): string {
  return `${JSON.stringify(entry)}\n`;
}
