/** Parts of GitLab's answers that are read here; there is more in them. @see https://docs.gitlab.com/api/rest/ */

/** https://docs.gitlab.com/api/notes/#merge-requests */
export interface Note {
  readonly id: number;
  readonly body: string;
  /** Written by GitLab itself, as for a change of a label. */
  readonly system: boolean;
}

/** https://docs.gitlab.com/api/merge_requests/#get-single-mr */
export interface MergeRequest {
  readonly iid: number;
  readonly state: "opened" | "closed" | "merged" | "locked";
  readonly labels: readonly string[];
  readonly source_branch: string;
  readonly sha: string;
  readonly web_url: string;
}

/** https://docs.gitlab.com/api/resource_label_events/#list-project-merge-request-label-events */
export interface LabelEvent {
  readonly id: number;
  readonly action: "add" | "remove";
  readonly created_at: string;
  /** Null for one that was deleted since. */
  readonly label: { readonly id: number; readonly name: string } | null;
}

/** A push to the branch of a merge request: https://docs.gitlab.com/api/merge_requests/#get-merge-request-diff-versions */
export interface MergeRequestVersion {
  readonly id: number;
  readonly head_commit_sha: string;
  readonly created_at: string;
}

/** https://docs.gitlab.com/api/branches/ */
export interface Branch {
  readonly name: string;
  readonly protected: boolean;
  readonly default: boolean;
  readonly commit: { readonly id: string };
}

export type DeploymentStatus =
  | "created"
  | "running"
  | "success"
  | "failed"
  | "canceled"
  | "blocked"
  | "skipped";

/** https://docs.gitlab.com/api/deployments/ */
export interface Deployment {
  readonly id: number;
  readonly status: DeploymentStatus;
  readonly sha: string;
  readonly created_at: string;
  readonly environment: { readonly name: string };
  /** The job that deploys; none for a deployment that was reported through the API. */
  readonly deployable: Job | null;
}

/** https://docs.gitlab.com/api/environments/#list-environments */
export interface Environment {
  readonly id: number;
  readonly name: string;
}

/** https://docs.gitlab.com/api/jobs/#get-a-single-job */
export interface Job {
  readonly id: number;
  readonly name: string;
  /** As `running`, `canceling`, `canceled`, `success`, `failed`. */
  readonly status: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  /** Of one that failed: `script_failure`, `job_execution_timeout`, `runner_system_failure` and others. */
  readonly failure_reason?: string;
  readonly web_url?: string;
}
