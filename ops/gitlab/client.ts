import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../user-error.ts";
import { type Call, GitLabError, Http } from "./http.ts";
import type {
  Branch,
  Deployment,
  DeploymentStatus,
  Environment,
  Job,
  LabelEvent,
  MergeRequest,
  MergeRequestVersion,
  Note,
} from "./shapes.ts";

type Variables = Readonly<Record<string, string | undefined>>;

const WRITES = "the scope `api` and the role Reporter";
const READS = "the scope `read_api` and the role Reporter";

/**
 * The project's own GitLab, through a project access token: the token of a job may neither write notes nor
 * read branches.
 *
 * @see https://docs.gitlab.com/api/rest/
 */
export class GitLab {
  readonly #http: Http;

  constructor(url: string, project: string, token: string) {
    this.#http = new Http({ url, project }, token);
  }

  /** @returns undefined where there is no token, or no GitLab around. */
  static fromEnvironment(env: Variables): GitLab | undefined {
    const token = tokenOf(env);
    const { CI_API_V4_URL: url, CI_PROJECT_ID: project } = env;
    return token && url && project ? new GitLab(url, project, token) : undefined;
  }

  mergeRequest(iid: number): Promise<MergeRequest> {
    return this.#http.one(reading(`/merge_requests/${iid}`, `read merge request !${iid}`));
  }

  /** Oldest first. */
  labelEvents(iid: number): Promise<LabelEvent[]> {
    const path = `/merge_requests/${iid}/resource_label_events`;
    return this.#http.list(reading(path, `read the labels' history of merge request !${iid}`));
  }

  /** Newest first. */
  versions(iid: number): Promise<MergeRequestVersion[]> {
    const path = `/merge_requests/${iid}/versions`;
    return this.#http.list(reading(path, `read the versions of merge request !${iid}`));
  }

  /** Oldest first. */
  notes(iid: number): Promise<Note[]> {
    return this.#http.list({
      ...reading(`/merge_requests/${iid}/notes`, `read the notes of merge request !${iid}`),
      query: { order_by: "created_at", sort: "asc" },
    });
  }

  createNote(iid: number, body: string): Promise<Note> {
    return this.#http.one({
      method: "POST",
      path: `/merge_requests/${iid}/notes`,
      body: { body },
      purpose: `write a note on merge request !${iid}`,
      needs: WRITES,
    });
  }

  updateNote(iid: number, note: number, body: string): Promise<Note> {
    return this.#http.one({
      method: "PUT",
      path: `/merge_requests/${iid}/notes/${note}`,
      body: { body },
      purpose: `change a note on merge request !${iid}`,
      needs: WRITES,
    });
  }

  branches(): Promise<Branch[]> {
    return this.#http.list(reading("/repository/branches", "list the branches"));
  }

  /** Undefined where there is none of that name. */
  async branch(name: string): Promise<Branch | undefined> {
    const path = `/repository/branches/${encodeURIComponent(name)}`;
    try {
      return await this.#http.one(reading(path, `read the branch ${name}`));
    } catch (error) {
      if (!(error instanceof GitLabError) || error.status !== 404) throw error;
      // A project that the token may not see has no branches either: that must not be taken for a deletion.
      await this.#http.one({
        ...reading("/repository/branches", "list the branches"),
        query: { per_page: "1" },
      });
      return undefined;
    }
  }

  /** Newest first. */
  deployments(environment: string, status?: DeploymentStatus): Promise<Deployment[]> {
    return this.#http.list({
      ...reading("/deployments", `list the deployments of ${environment}`),
      query: {
        environment,
        order_by: "id",
        sort: "desc",
        ...(status === undefined ? {} : { status }),
      },
    });
  }

  /** Those whose names have this in them. */
  environments(search: string): Promise<Environment[]> {
    return this.#http.list({
      ...reading("/environments", `list the environments like ${search}`),
      query: { search },
    });
  }

  job(id: number): Promise<Job> {
    return this.#http.one(reading(`/jobs/${id}`, `read job ${id}`));
  }
}

const reading = (path: string, purpose: string): Call => ({
  method: "GET",
  path,
  purpose,
  needs: READS,
});

function tokenOf(env: Variables): string | undefined {
  const { GITLAB_TOKEN: token, GITLAB_TOKEN_FILE: file } = env;
  if (!file) return token?.trim() || undefined;
  if (!existsSync(file)) {
    throw new UserError(`GITLAB_TOKEN_FILE names a file that is not there: ${file}.`);
  }
  return readFileSync(file, "utf8").trim() || undefined;
}
