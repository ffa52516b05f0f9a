import { type Manifest, numberAt, objectsAt, textAt } from "../manifest.ts";
import { shownName } from "./pod-state.ts";

interface JobState {
  readonly isReady: boolean;
  readonly status: string;
  /** Why it is over without success. */
  readonly failure: string | undefined;
}

/** Other reasons are not final for the official plugin: it waits for the deadline. */
const FINAL = new Set(["BackoffLimitExceeded", "DeadlineExceeded"]);

export function jobState(job: Manifest): JobState {
  const name = shownName(job);
  if (textAt(job, "status", "startTime") === "") {
    return { isReady: false, status: `Waiting for Job "${name}" to start`, failure: undefined };
  }
  const count = (what: string) => numberAt(job, "status", what) ?? 0;
  const failed = trueCondition(job, "Failed");
  const isFinal = failed !== undefined && FINAL.has(textAt(failed, "reason"));
  return {
    isReady: !isFinal && trueCondition(job, "Complete") !== undefined,
    status:
      `Waiting for Job "${name}" to succeed (Active: ${count("active")} | ` +
      `Succeeded: ${count("succeeded")} | Failed: ${count("failed")})`,
    failure: isFinal ? `[${textAt(failed, "reason")}] ${textAt(failed, "message")}` : undefined,
  };
}

function trueCondition(job: Manifest, type: string): Manifest | undefined {
  return objectsAt(job, "status", "conditions").find(
    (condition) => condition["type"] === type && condition["status"] === "True",
  );
}
