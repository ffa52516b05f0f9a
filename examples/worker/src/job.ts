export interface NewJob {
  readonly text: string;
  /** How long the work is to take. */
  readonly seconds: number;
}

export interface Job extends NewJob {
  /** A bigint, which the driver hands over as text. */
  readonly id: string;
}

export interface ListedJob extends Job {
  /** A job that a worker is at stays `queued`: nothing is written before it is finished. */
  readonly state: "queued" | "done" | "failed";
  readonly result: string | null;
  /** Version of the app whose worker finished it. */
  readonly finishedBy: string | null;
  /** The moment that a tick of the scheduler is for; null for all other jobs. */
  readonly tickAt: Date | null;
  readonly enqueuedAt: Date;
  readonly finishedAt: Date | null;
}

/** Takes whatever a request had in its body. Undefined when that is no job. */
export function parseNewJob(body: unknown): NewJob | undefined {
  if (typeof body !== "object" || body === null || !("text" in body)) return undefined;
  const { text, seconds = 0 } = body as { text: unknown; seconds?: unknown };
  if (typeof text !== "string" || text === "" || text.length > 1000) return undefined;
  // What a database cannot keep in a text.
  if (text.includes("\0")) return undefined;
  if (typeof seconds !== "number" || !(seconds >= 0 && seconds <= 60)) return undefined;
  return { text, seconds };
}
