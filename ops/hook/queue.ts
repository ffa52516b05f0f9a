import { say } from "../progress.ts";
import { type Job, nameOf, type Outcome, type Worker } from "./job.ts";
import type { Journal } from "./journal.ts";

/**
 * Deploys a job.
 *
 * @param started to be told of the process that does it, as soon as there is one.
 * @returns undefined where it was told to stop before it had come to an end.
 */
export type Deploy = (
  job: Job,
  started: (worker: Worker) => void,
  stop: AbortSignal,
) => Promise<Outcome | undefined>;

/** Waits until a process that a server before this one has started is gone. */
export type Await = (worker: Worker, stop: AbortSignal) => Promise<void>;

/** How long a promotion that failed is tried again as soon as the other stack has its commit. */
const EARLY_MS = 60 * 60_000;

/**
 * Deploys one job at a time. For a stack only the newest pipeline counts: one that waits gives way to a
 * newer one, and one that comes later but is older never gets in. A promotion comes after the deployment of
 * its commit to the stack that it is promoted from, which then gives way to nobody.
 */
export class Queue {
  readonly #journal: Journal;
  readonly #deploy: Deploy;
  readonly #awaited: Await;
  readonly #stop = new AbortController();
  #waiting: Job[] = [];
  #work: Promise<void> | undefined;
  #running: Job | undefined;

  constructor(journal: Journal, deploy: Deploy, awaited: Await) {
    this.#journal = journal;
    this.#deploy = deploy;
    this.#awaited = awaited;
  }

  /** Takes up what a server before this one has accepted and not brought to an end. */
  resume(): void {
    const unfinished = this.#journal.unfinished();
    const workers = unfinished.flatMap(({ worker }) => worker ?? []);
    for (const { job } of unfinished) {
      say(`Taking up again: ${nameOf(job)}`);
      this.#put(job);
    }
    this.#begin(workers);
  }

  /** @returns why it is not deployed, where it is not. */
  offer(job: Job): string | undefined {
    const why = this.#whyNot(job);
    if (why !== undefined) return why;
    this.#journal.accept(job);
    say(`Accepted: ${nameOf(job)}`);
    this.#put(job);
    this.#begin([]);
    return undefined;
  }

  #whyNot({ stack, pipeline, sha }: Job): string | undefined {
    const newest = this.#journal.newest(stack)?.job;
    if (newest === undefined || pipeline > newest.pipeline) return undefined;
    // One of the same commit is not older: it may be the one that built the image, beside a scheduled one.
    if (sha !== newest.sha) return `Pipeline ${newest.pipeline} of ${stack} is newer.`;
    const last = this.#journal.lastOf(stack, sha);
    if (last === undefined || ["failed", "dropped"].includes(last.ended?.result ?? "")) {
      return undefined;
    }
    const { ended, job } = last;
    return `Pipeline ${job.pipeline} ${ended === undefined ? "is being" : "was"} deployed.`;
  }

  get state(): { readonly running: string | undefined; readonly waiting: readonly string[] } {
    return {
      running: this.#running === undefined ? undefined : nameOf(this.#running),
      waiting: this.#waiting.map(nameOf),
    };
  }

  /** Ends what is under way in order; what has not come to an end is left to the next server. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#work;
  }

  /** Waits until there is nothing to do. */
  async idle(): Promise<void> {
    while (this.#work !== undefined) await this.#work;
  }

  #put(job: Job): void {
    const rivals = [...this.#waiting.filter(({ stack }) => stack === job.stack), job];
    // A second try of a pipeline comes after the first.
    const newest = rivals.reduce((best, one) => (one.pipeline >= best.pipeline ? one : best));
    const dropped = rivals.filter((one) => one !== newest && !this.#isAwaited(one));
    const place = this.#waiting.findIndex((one) => dropped.includes(one));
    if (place >= 0 && newest === job) this.#waiting[place] = job;
    else if (!dropped.includes(job)) this.#waiting.push(job);
    this.#waiting = this.#waiting.filter((one) => !dropped.includes(one));
    for (const older of dropped) {
      const why = `Pipeline ${newest.pipeline} is newer.`;
      this.#note(() => this.#journal.end(older, { result: "dropped", why }, 0));
      say(`Dropped: ${nameOf(older)}. ${why}`);
    }
  }

  /** Whether a promotion waits for it. */
  #isAwaited({ stack, sha }: Job): boolean {
    return this.#waiting.some((one) => one.from === stack && one.sha === sha);
  }

  /** The first that waits for no other one; where each waits for another, the first of all. */
  #next(): Job | undefined {
    const isFree = ({ from, sha }: Job) =>
      !this.#waiting.some((one) => one.stack === from && one.sha === sha);
    const first = this.#waiting.find(isFree) ?? this.#waiting[0];
    this.#waiting = this.#waiting.filter((one) => one !== first);
    return first;
  }

  /**
   * Writes down what happened to a job that was accepted. It goes on where a disk is full: without the
   * note, the next server would only do it again.
   */
  #note(write: () => void): void {
    try {
      write();
    } catch (error) {
      say(`The journal could not be written: ${(error as Error).message}`);
    }
  }

  #begin(workers: readonly Worker[]): void {
    if (this.#work !== undefined || this.#stop.signal.aborted) return;
    if (this.#waiting.length === 0) return;
    this.#work = this.#workThrough(workers).finally(() => {
      this.#work = undefined;
      // One may have come just as the last was done.
      this.#begin([]);
    });
  }

  async #workThrough(workers: readonly Worker[]): Promise<void> {
    for (const worker of workers) await this.#awaited(worker, this.#stop.signal);
    for (;;) {
      const job = this.#stop.signal.aborted ? undefined : this.#next();
      if (job === undefined) return;
      this.#running = job;
      await this.#do(job);
      this.#running = undefined;
    }
  }

  async #do(job: Job): Promise<void> {
    const began = Date.now();
    const seconds = () => Math.round((Date.now() - began) / 1000);
    say(`Deploying: ${nameOf(job)}`);
    const ended = await this.#deploy(
      job,
      (worker) => this.#note(() => this.#journal.start(job, worker)),
      this.#stop.signal,
    ).catch((error: unknown): Outcome => ({ result: "failed", why: String(error) }));
    if (ended === undefined) {
      say(`Stopped, to be taken up again: ${nameOf(job)}`);
      return;
    }
    const outcome = this.#isEarly(job) ? tooEarly(ended, job) : ended;
    this.#note(() => this.#journal.end(job, outcome, seconds()));
    say(`${inWords(outcome)} in ${seconds()} s: ${nameOf(job)}`);
    if (outcome.result === "deployed") this.#tryAgain(job);
  }

  /** Whether it promotes what the other stack has not got from here: its pipeline may not have ended. */
  #isEarly({ from, sha }: Job): boolean {
    return from !== undefined && this.#journal.lastOf(from, sha)?.ended?.result !== "deployed";
  }

  /** The promotions that were too early for what a stack has now. */
  #tryAgain({ stack, sha }: Job): void {
    for (const job of this.#journal.early(stack, sha, Date.now() - EARLY_MS)) {
      if (this.#journal.newest(job.stack)?.job.id !== job.id) continue;
      say(`Trying again, now that ${stack} has it: ${nameOf(job)}`);
      this.#note(() => this.#journal.accept(job));
      this.#put(job);
    }
  }
}

function tooEarly(outcome: Outcome, { from }: Job): Outcome {
  if (outcome.result !== "failed") return outcome;
  const why = `${outcome.why} It is tried again if ${from} gets this commit within an hour.`;
  return { result: "failed", why, early: true };
}

function inWords(outcome: Outcome): string {
  if (outcome.result === "deployed") return "Deployed";
  return `${outcome.result === "failed" ? "FAILED" : "Dropped"} (${outcome.why})`;
}
