import type { Job } from "../../../../ops/hook/job.ts";

/** What a pipeline of main's wants to be deployed. */
export function jobOf(pipeline: number, id = `event-${pipeline}`, stack = "dev"): Job {
  const sha = String(pipeline).padStart(40, "0");
  return { id, pipeline, stack, from: undefined, ref: "main", sha, at: "now" };
}
