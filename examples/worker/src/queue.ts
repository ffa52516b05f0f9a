import type postgres from "postgres";
import type { Database } from "./database.ts";
import type { Job, ListedJob, NewJob } from "./job.ts";

/** Does a job and returns its result; what it throws is the job's failure. */
export type Perform = (job: Job) => Promise<string>;

/** Any number does that other users of the same database do not take as well. */
const TICK_LOCK = 4_710_815;

export async function enqueue(sql: Database, { text, seconds }: NewJob): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into jobs (text, seconds) values (${text}, ${seconds}) returning id`;
  if (row === undefined) throw new Error("The database returned no id.");
  return row.id;
}

/** Newest first. */
export function list(sql: Database, limit: number): Promise<ListedJob[]> {
  return sql<ListedJob[]>`
    select id, text, seconds, state, result, finished_by, tick_at, enqueued_at, finished_at
    from jobs order by id desc limit ${limit}`;
}

/**
 * Does the oldest job that nobody else is at, in the transaction that holds its row: a worker that is
 * killed, or loses the database, leaves the job as it was, for the next one. So the work may be begun
 * more than once, and its result is kept exactly once.
 *
 * @returns whether there was one.
 */
export function workOne(sql: Database, version: string, perform: Perform): Promise<boolean> {
  return sql.begin(async (transaction) => {
    const [job] = await transaction<Job[]>`
      select id, text, seconds from jobs where state = 'queued'
      order by id limit 1 for update skip locked`;
    if (job === undefined) return false;
    await finish(transaction, job, version, perform);
    return true;
  });
}

async function finish(
  sql: postgres.TransactionSql,
  job: Job,
  version: string,
  perform: Perform,
): Promise<void> {
  const { state, result } = await outcomeOf(job, perform);
  await sql`
    update jobs set state = ${state}, result = ${result}, finished_by = ${version},
      finished_at = clock_timestamp()
    where id = ${job.id} and state = 'queued'`;
}

async function outcomeOf(job: Job, perform: Perform) {
  try {
    return { state: "done", result: await perform(job) };
  } catch (error) {
    return { state: "failed", result: error instanceof Error ? error.message : String(error) };
  }
}

export interface Tick {
  /** Whether it was this call that enqueued the present tick. */
  readonly enqueued: boolean;
  readonly secondsToNext: number;
}

/**
 * Enqueues the tick of the present period unless it is there. Looking and enqueuing happen under a lock
 * and by the database's clock: in a release the old and the new scheduler run side by side, and each
 * period still gets one tick.
 */
export function enqueueTick(sql: Database, everySeconds: number): Promise<Tick> {
  return sql.begin(async (transaction) => {
    await transaction`select pg_advisory_xact_lock(${TICK_LOCK})`;
    const [row] = await transaction<{ enqueued: boolean; secondsToNext: number }[]>`
      with period as (
        select date_bin(length, clock_timestamp(), timestamptz 'epoch') as start, length
        from make_interval(secs => ${everySeconds}) as length
      ), added as (
        insert into jobs (text, tick_at) select 'tick', start from period
        where not exists (select from jobs where tick_at = start)
        returning id
      )
      select exists (select from added) as enqueued,
        extract(epoch from start + length - clock_timestamp())::float8 as seconds_to_next
      from period`;
    if (row === undefined) throw new Error("The database returned no period.");
    return row;
  });
}
