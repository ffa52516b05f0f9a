import { randomUUID } from "node:crypto";

export interface PipelineChange {
  readonly id?: number;
  readonly status?: string;
  readonly ref?: string;
  readonly tag?: boolean;
  readonly sha?: string;
  readonly source?: string;
  readonly project?: string;
  readonly mergeRequest?: object | null;
  readonly builds?: readonly object[];
  /** Old ones do not say it. */
  readonly isProtected?: boolean;
}

export const SHA = "0123456789abcdef0123456789abcdef01234567";

/** The body of a pipeline event, with the fields that GitLab documents for it. */
export function pipelinePayload(change: PipelineChange = {}) {
  const { id = 100, ref = "main", sha = SHA, project = "team/app" } = change;
  return {
    object_kind: "pipeline",
    object_attributes: {
      id,
      // Its number in the project, which grows as the other does.
      iid: id,
      name: null,
      ref,
      tag: change.tag ?? false,
      sha,
      before_sha: "0".repeat(40),
      source: change.source ?? "push",
      status: change.status ?? "success",
      detailed_status: "passed",
      stages: ["test", "pack"],
      created_at: "2026-11-27 08:00:00 UTC",
      finished_at: "2026-11-27 08:04:00 UTC",
      duration: 240,
      queued_duration: 2,
      ...(change.isProtected === undefined ? {} : { protected_ref: change.isProtected }),
      variables: [],
      url: `https://gitlab.example.org/${project}/-/pipelines/${id}`,
    },
    merge_request: change.mergeRequest ?? null,
    user: { id: 1, name: "Ada", username: "ada", avatar_url: null, email: "[REDACTED]" },
    project: {
      id: 1,
      name: "app",
      description: null,
      web_url: `https://gitlab.example.org/${project}`,
      git_ssh_url: `git@gitlab.example.org:${project}.git`,
      git_http_url: `https://gitlab.example.org/${project}.git`,
      namespace: "team",
      visibility_level: 0,
      path_with_namespace: project,
      default_branch: "main",
      ci_config_path: null,
    },
    commit: {
      id: sha,
      message: "Say hello",
      title: "Say hello",
      timestamp: "2026-11-27T07:59:00+00:00",
      url: `https://gitlab.example.org/${project}/-/commit/${sha}`,
      author: { name: "Ada", email: "ada@example.org" },
    },
    builds: change.builds ?? [
      { id: 7, stage: "test", name: "unit", status: "success" },
      { id: id + 1000, stage: "pack", name: "pack", status: "success" },
    ],
  };
}

/** The headers that GitLab sends with an event. */
export function hookHeaders(token: string, id: string = randomUUID()): Record<string, string> {
  return {
    "content-type": "application/json",
    "user-agent": "GitLab/18.5.0",
    "x-gitlab-event": "Pipeline Hook",
    "x-gitlab-instance": "https://gitlab.example.org",
    "x-gitlab-webhook-uuid": "5f6a2b90-0000-4000-8000-000000000000",
    "x-gitlab-event-uuid": id,
    "idempotency-key": id,
    "x-gitlab-token": token,
  };
}

/** Posts an event as GitLab does; @returns its status and body. */
export async function postEvent(
  url: string,
  token: string,
  change: PipelineChange = {},
  id?: string,
): Promise<readonly [number, Record<string, unknown>]> {
  const answer = await fetch(`${url}/gitlab`, {
    method: "POST",
    headers: hookHeaders(token, id),
    body: JSON.stringify(pipelinePayload(change)),
  });
  return [answer.status, (await answer.json()) as Record<string, unknown>];
}
