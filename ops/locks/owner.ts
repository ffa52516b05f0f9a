import type { GitLab } from "../gitlab/client.ts";
import type { Deployment } from "../gitlab/shapes.ts";
import { seesAllOf } from "../processes.ts";
import { isAtWorkHere, isHidden, isOfThisMachine, isYounger, type Lock } from "./lock.ts";
import { beganHere } from "./own-runs.ts";

/** `unknown`: nobody here can tell. */
export type OwnerState = "alive" | "dead" | "unknown";

export interface Pipeline {
  readonly gitlab: Pick<GitLab, "deployments" | "environments"> | undefined;
  /** GitLab's environment of the stack. */
  readonly environment: string;
  /** Whether the number of its merge request, which the stack's name does not tell, follows. */
  readonly ofMergeRequest?: boolean;
  /** The project's number; undefined outside of a pipeline. */
  readonly project: string | undefined;
  /** The job that asks. */
  readonly job: number | undefined;
}

/** GitLab's clock and the runner's may differ, and a job begins before its first command does. */
const SKEW_MS = 60_000;

/**
 * A job that GitLab has ended may go on: a runner gives it ten minutes to end by itself, and ten seconds more
 * before it is killed.
 *
 * @see https://gitlab.com/gitlab-org/gitlab-runner/-/issues/27443
 */
const GRACE_MS = 11 * 60_000;

/**
 * Whether whoever made a lock is still at work.
 *
 * @param seesAll whether a process that can't be seen here is gone.
 * @param isOwn whether it is known to be of this machine, and not of another one with its name.
 */
export async function ownerOf(
  lock: Lock,
  pipeline: Pipeline,
  seesAll = seesAllOf(lock.hostname),
  isOwn = isOfContainer(lock) || beganHere(lock),
): Promise<OwnerState> {
  if (isOfRunner(lock, pipeline)) {
    // The name says which place of a runner it was, and the next job in that place has it too, in a
    // container where the numbers of processes begin anew.
    if (isOfThisMachine(lock) && isAtWorkHere(lock)) return "alive";
    return await jobOf(lock, pipeline);
  }
  if (isOfThisMachine(lock)) {
    if (isAtWorkHere(lock)) return isYounger(lock) ? "unknown" : "alive";
    if (isHidden(lock) || !seesAll || isAnybody(lock) || !isOwn) return "unknown";
    return "dead";
  }
  return "unknown";
}

/** Whether its machine has no name of its own. */
const isAnybody = ({ hostname }: Lock) => /^localhost(\.|$)/.test(hostname);

/** Docker names a container after its id, which no other one has. */
const isOfContainer = ({ hostname }: Lock) => /^[0-9a-f]{12}$/.test(hostname);

/** Runners name the containers and pods of their jobs so. */
function isOfRunner({ hostname }: Lock, { project }: Pipeline): boolean {
  const place = /^runner-.*project-(\d+)-concurrent-\d+/.exec(hostname);
  return place !== null && (project === undefined || place[1] === project);
}

/** What has become of the job that deployed when the lock was made. */
async function jobOf(lock: Lock, pipeline: Pipeline): Promise<OwnerState> {
  const { gitlab, job } = pipeline;
  if (gitlab === undefined) return "unknown";
  const at = Date.parse(lock.timestamp);
  const jobs = (await deploymentsOf(pipeline, gitlab)).filter(
    ({ deployable }) => deployable?.id !== job && ranAt(deployable, at),
  );
  if (jobs.length === 0) return "unknown";
  return jobs.every(hasEnded) ? "dead" : "alive";
}

async function deploymentsOf(
  { environment, ofMergeRequest }: Pipeline,
  gitlab: NonNullable<Pipeline["gitlab"]>,
): Promise<Deployment[]> {
  if (ofMergeRequest !== true) return await gitlab.deployments(environment);
  // The slug of a stack with a long name was cut.
  const names = (await gitlab.environments(environment))
    .map(({ name }) => name)
    .filter((name) => name.startsWith(environment));
  const all = await Promise.all(names.map((name) => gitlab.deployments(name)));
  return all.flat();
}

function ranAt(job: Deployment["deployable"], at: number): boolean {
  if (job?.started_at == null) return false;
  const end = job.finished_at === null ? Number.POSITIVE_INFINITY : Date.parse(job.finished_at);
  return Date.parse(job.started_at) - SKEW_MS <= at && at <= end + SKEW_MS;
}

/** A job that is being cancelled is still at work, and one that GitLab has ended may be. */
function hasEnded({ deployable: job }: Deployment): boolean {
  if (job?.finished_at == null) return false;
  // These end by themselves.
  if (job.status === "success" || job.failure_reason === "script_failure") return true;
  const since = Date.now() - Date.parse(job.finished_at);
  return ["failed", "canceled"].includes(job.status) && since > GRACE_MS;
}
