import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { say } from "../progress.ts";
import type { Job, Outcome, Worker } from "./job.ts";

/** What is known of a job. */
export interface Entry {
  readonly job: Job;
  readonly worker?: Worker;
  readonly ended?: Outcome & { readonly at: string; readonly seconds: number };
}

type Line =
  | { readonly accepted: Job }
  | { readonly started: string; readonly worker: Worker }
  | { readonly ended: string; readonly outcome: NonNullable<Entry["ended"]> };

/** As many events are known again when they are sent once more, or as many results are shown. */
const KEPT = 1000;

/**
 * What was accepted and what became of it, on disk: a line for each thing that happened, there before
 * anybody is told of it. A line that was cut off by a crash was told to nobody, and is left out; so is one of
 * another shape, which a hand or another version wrote: the server starts, and says what it does without.
 */
export class Journal {
  readonly #entries = new Map<string, Entry>();
  readonly #file: string;
  readonly #kept: number;
  #descriptor: number;

  constructor(folder: string, kept = KEPT) {
    this.#kept = kept;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#file = join(folder, "journal.jsonl");
    const { lines, unread } = linesOf(this.#file);
    for (const line of lines) this.#apply(line);
    if (unread > 0) {
      copyFileSync(this.#file, `${this.#file}.unread`);
      say(
        `The journal has ${unread} lines that can't be read. They are kept in ${this.#file}.unread.`,
      );
    }
    this.#descriptor = this.#rewrite();
  }

  knows(id: string): boolean {
    return this.#entries.has(id);
  }

  /** Those of the stack that were accepted with its highest pipeline; the last try of it. */
  newest(stack: string): Entry | undefined {
    return [...this.#entries.values()]
      .filter(({ job }) => job.stack === stack)
      .reduce<Entry | undefined>(
        (best, one) => (best === undefined || one.job.pipeline >= best.job.pipeline ? one : best),
        undefined,
      );
  }

  /** The last that was accepted for a stack of a commit. */
  lastOf(stack: string, sha: string): Entry | undefined {
    return [...this.#entries.values()].findLast(
      ({ job }) => job.stack === stack && job.sha === sha,
    );
  }

  /** Promotions of a commit from a stack that had not released it, which failed for that since then. */
  early(from: string, sha: string, since: number): Job[] {
    return [...this.#entries.values()].flatMap(({ job, ended }) =>
      job.from === from &&
      job.sha === sha &&
      ended?.result === "failed" &&
      ended.early === true &&
      Date.parse(ended.at) >= since
        ? job
        : [],
    );
  }

  /** What was accepted and has no end, in that order. */
  unfinished(): Entry[] {
    return [...this.#entries.values()].filter(({ ended }) => ended === undefined);
  }

  /** The last ones, newest first. */
  last(count: number): Entry[] {
    return [...this.#entries.values()].reverse().slice(0, count);
  }

  accept(job: Job): void {
    this.#write({ accepted: job });
  }

  start(job: Job, worker: Worker): void {
    this.#write({ started: job.id, worker });
  }

  end(job: Job, outcome: Outcome, seconds: number): void {
    this.#write({
      ended: job.id,
      outcome: { ...outcome, at: new Date().toISOString(), seconds },
    });
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #write(line: Line): void {
    // What happened, happened, whether the disk has room for it or not.
    if (!("accepted" in line)) this.#apply(line);
    this.#append(`${JSON.stringify(line)}\n`);
    if ("accepted" in line) this.#apply(line);
    if (this.#entries.size > 2 * this.#kept) this.#shorten();
  }

  /** All of it or nothing: the next line would be unreadable behind a part of this one. */
  #append(text: string): void {
    const { size } = fstatSync(this.#descriptor);
    try {
      writeFileSync(this.#descriptor, text);
      fsyncSync(this.#descriptor);
    } catch (error) {
      ftruncateSync(this.#descriptor, size);
      throw error;
    }
  }

  #apply(line: Line): void {
    if ("accepted" in line) {
      // One that is tried again is behind those that came meanwhile.
      this.#entries.delete(line.accepted.id);
      this.#entries.set(line.accepted.id, { job: line.accepted });
      return;
    }
    const id = "started" in line ? line.started : line.ended;
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.set(
      id,
      "started" in line ? { ...entry, worker: line.worker } : { ...entry, ended: line.outcome },
    );
  }

  /** Where that fails, the long one is as good: what was just written is in it. */
  #shorten(): void {
    try {
      const before = this.#descriptor;
      this.#descriptor = this.#rewrite();
      closeSync(before);
    } catch (error) {
      say(`The journal could not be shortened: ${(error as Error).message}`);
    }
  }

  /**
   * Keeps the last ones, those without an end, and for each stack its newest.
   *
   * @returns the descriptor of the new file.
   */
  #rewrite(): number {
    const all = [...this.#entries.values()];
    const needed = new Set(all.slice(-this.#kept));
    for (const entry of all) {
      if (entry.ended === undefined || this.newest(entry.job.stack) === entry) needed.add(entry);
    }
    for (const entry of all) if (!needed.has(entry)) this.#entries.delete(entry.job.id);
    const lines = [...this.#entries.values()].flatMap(linesFor).map((line) => JSON.stringify(line));
    const temporary = `${this.#file}.new`;
    rmSync(temporary, { force: true });
    const descriptor = openSync(temporary, "a", 0o600);
    try {
      writeFileSync(descriptor, lines.map((line) => `${line}\n`).join(""));
      fsyncSync(descriptor);
      renameSync(temporary, this.#file);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    return descriptor;
  }
}

function linesFor({ job, worker, ended }: Entry): Line[] {
  return [
    { accepted: job },
    ...(worker === undefined ? [] : [{ started: job.id, worker }]),
    ...(ended === undefined ? [] : [{ ended: job.id, outcome: ended }]),
  ];
}

function linesOf(file: string): { lines: Line[]; unread: number } {
  if (!existsSync(file)) return { lines: [], unread: 0 };
  // What is behind the last line break was cut off.
  const texts = readFileSync(file, "utf8").split("\n").slice(0, -1).filter(Boolean);
  const lines = texts.flatMap(parseLine);
  return { lines, unread: texts.length - lines.length };
}

function parseLine(text: string): Line[] {
  try {
    const line: unknown = JSON.parse(text);
    return isLine(line) ? [line] : [];
  } catch {
    return [];
  }
}

function isLine(line: unknown): line is Line {
  if (!isObject(line)) return false;
  const { accepted, started, worker, ended, outcome } = line;
  if (accepted !== undefined) return isJob(accepted);
  if (started !== undefined) return isText(started) && isObject(worker) && isWorker(worker);
  return isText(ended) && isObject(outcome) && isOutcome(outcome);
}

function isJob(job: unknown): job is Job {
  if (!isObject(job)) return false;
  const { id, pipeline, stack, from, ref, sha, sequence, builder, at } = job;
  return (
    [id, stack, ref, sha, at].every(isText) &&
    Number.isSafeInteger(pipeline) &&
    (from === undefined || isText(from)) &&
    [sequence, builder].every((one) => one === undefined || Number.isSafeInteger(one))
  );
}

const isWorker = ({ pid, began }: Fields) => Number.isSafeInteger(pid) && isText(began);

const isOutcome = ({ result, at, seconds, why }: Fields) =>
  isText(at) &&
  typeof seconds === "number" &&
  (result === "deployed" || ((result === "failed" || result === "dropped") && isText(why)));

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === "string";
