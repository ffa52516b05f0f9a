/** A call of GitLab's REST API as its documentation has it: what it takes, and what it is refused for. */
export interface DocumentedCall {
  readonly method: "GET" | "POST" | "PUT";
  /** Below `/projects/:id`; `:name` stands for one encoded part. */
  readonly path: string;
  readonly query: Readonly<Record<string, RegExp>>;
  /** `true`: required. */
  readonly body: Readonly<Record<string, { readonly type: string; readonly required: boolean }>>;
  /** Any of these scopes of a token will do. */
  readonly scopes: readonly string[];
}

const PAGES = { page: /^[1-9]\d*$/, per_page: /^([1-9]\d?|100)$/ };
const SORT = /^(asc|desc)$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const BOOLEAN = /^(true|false)$/;

const reads = (path: string, query: DocumentedCall["query"] = {}): DocumentedCall => ({
  method: "GET",
  path,
  query,
  body: {},
  scopes: ["api", "read_api"],
});

/** @see https://docs.gitlab.com/api/api_resources/ */
export const documented: readonly DocumentedCall[] = [
  // https://docs.gitlab.com/api/merge_requests/#get-single-mr
  reads("/merge_requests/:iid", {
    include_diverged_commits_count: BOOLEAN,
    include_rebase_in_progress: BOOLEAN,
    render_html: BOOLEAN,
  }),
  // https://docs.gitlab.com/api/resource_label_events/#list-project-merge-request-label-events
  reads("/merge_requests/:iid/resource_label_events", PAGES),
  // https://docs.gitlab.com/api/merge_requests/#get-merge-request-diff-versions
  reads("/merge_requests/:iid/versions", PAGES),
  // https://docs.gitlab.com/api/notes/#merge-requests
  reads("/merge_requests/:iid/notes", {
    ...PAGES,
    sort: SORT,
    order_by: /^(created_at|updated_at)$/,
  }),
  {
    method: "POST",
    path: "/merge_requests/:iid/notes",
    query: {},
    body: {
      body: { type: "string", required: true },
      created_at: { type: "string", required: false },
      internal: { type: "boolean", required: false },
      merge_request_diff_head_sha: { type: "string", required: false },
    },
    scopes: ["api"],
  },
  {
    method: "PUT",
    path: "/merge_requests/:iid/notes/:note",
    query: {},
    body: { body: { type: "string", required: true } },
    scopes: ["api"],
  },
  // https://docs.gitlab.com/api/branches/
  reads("/repository/branches", { ...PAGES, search: /^.+$/, regex: /^.+$/ }),
  reads("/repository/branches/:branch"),
  // https://docs.gitlab.com/api/deployments/#list-project-deployments
  reads("/deployments", {
    ...PAGES,
    order_by: /^(id|iid|created_at|updated_at|finished_at|ref)$/,
    sort: SORT,
    updated_after: TIME,
    updated_before: TIME,
    finished_after: TIME,
    finished_before: TIME,
    environment: /^.+$/,
    status: /^(created|running|success|failed|canceled|blocked)$/,
  }),
  // https://docs.gitlab.com/api/environments/#list-environments
  reads("/environments", { ...PAGES, search: /^.{3,}$/ }),
  // https://docs.gitlab.com/api/jobs/#get-a-single-job
  reads("/jobs/:job"),
];

/** GitLab's own limit on the text of a note. */
export const NOTE_LIMIT = 1_000_000;
