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
  /** Folder of its static files in the image; absent where it has none, and on a Docker host, which keeps copies. */
  readonly staticFolder?: string;
}

/** The entries of a record. A line that is none costs itself alone: the others are still read. */
export function parseRecord(text: string): ReleaseRecord[] {
  return text.split("\n").flatMap((line) => {
    try {
      const entry: unknown = JSON.parse(line);
      return isEntry(entry) ? [entry] : [];
    } catch {
      return [];
    }
  });
}

function isEntry(value: unknown): value is ReleaseRecord {
  const { image, version, rollbackOf, verified } = (value ?? {}) as Partial<ReleaseRecord>;
  return [image, version, rollbackOf].every((one) => typeof one === "string") && isFlag(verified);
}

const isFlag = (value: unknown) => typeof value === "boolean";

export function recordLine(entry: ReleaseRecord): string {
  return `${JSON.stringify(entry)}\n`;
}

/**
 * The record with one entry more. What is live and is switched to once more, as by a rotation of a secret or
 * another change of config, is no release of its own: its entry stays as it was, but for its static files.
 */
export function recorded(
  entry: ReleaseRecord,
  before: readonly ReleaseRecord[],
): readonly ReleaseRecord[] {
  const live = before.find(({ verified }) => verified);
  if (entry.verified && live !== undefined && isSameRelease(entry, live)) {
    return before.map((one) => (one === live ? withFolder(live, entry.staticFolder) : one));
  }
  return [entry, ...before].slice(0, RECORD_LENGTH);
}

function withFolder(
  { staticFolder: _, ...entry }: ReleaseRecord,
  folder: string | undefined,
): ReleaseRecord {
  return folder === undefined ? entry : { ...entry, staticFolder: folder };
}

/** What makes a release another one. */
export const IDENTITY = ["image", "version", "rollbackOf", "sequence"] as const;

const isSameRelease = (a: ReleaseRecord, b: ReleaseRecord) =>
  IDENTITY.every((key) => a[key] === b[key]);
