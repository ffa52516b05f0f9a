import { parseJsonObject } from "../../infra/json-object.ts";

/** What a pipeline event of GitLab says, of what matters here. */
export interface PipelineEvent {
  /** Grows with each new pipeline of an installation; a retried one keeps it. */
  readonly pipeline: number;
  /** As `pipeline`, counted in its project; undefined for a GitLab that is too old to say. */
  readonly sequence: number | undefined;
  readonly project: string;
  readonly status: string;
  /** What began it, as `push` or `merge_request_event`. */
  readonly source: string;
  readonly ref: string;
  readonly isTag: boolean;
  readonly sha: string;
  readonly isOfMergeRequest: boolean;
  /** Numbers of the jobs that ended well, by name; of one that was retried, the last one's. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Whether the ref is; undefined for a GitLab that is too old to say. */
  readonly isProtected: boolean | undefined;
}

/**
 * Reads the body of a pipeline event.
 *
 * @returns what is wrong with it, where it is none.
 */
export function readPipelineEvent(body: string): PipelineEvent | string {
  const payload = parseJsonObject(body);
  if (payload === undefined) return "The body is no JSON object.";
  if (payload["object_kind"] !== "pipeline") return "object_kind is not pipeline.";
  const attributes = objectOf(payload["object_attributes"]);
  const { id, iid, ref, tag, sha, status, source, protected_ref: isProtected } = attributes;
  const project = objectOf(payload["project"])["path_with_namespace"];
  const wrong = [
    [isId(id), "object_attributes.id"],
    [isShort(ref), "object_attributes.ref"],
    [typeof tag === "boolean", "object_attributes.tag"],
    [isCommit(sha), "object_attributes.sha"],
    [isShort(status), "object_attributes.status"],
    [isShort(source), "object_attributes.source"],
    [isShort(project), "project.path_with_namespace"],
  ].flatMap(([right, name]) => (right === true ? [] : [String(name)]));
  if (wrong.length > 0) return `Missing or malformed: ${wrong.join(", ")}.`;
  return {
    pipeline: id as number,
    sequence: isId(iid) ? (iid as number) : undefined,
    project: project as string,
    status: status as string,
    source: source as string,
    ref: ref as string,
    isTag: tag === true,
    sha: sha as string,
    isProtected: typeof isProtected === "boolean" ? isProtected : undefined,
    jobs: jobsIn(payload["builds"]),
    isOfMergeRequest: Object.keys(objectOf(payload["merge_request"])).length > 0,
  };
}

function jobsIn(builds: unknown): Record<string, number> {
  const ended = (Array.isArray(builds) ? builds : [])
    .map(objectOf)
    .filter(({ id, name, status }) => isId(id) && isShort(name) && status === "success")
    .map(({ id, name }) => [String(name), Number(id)] as const);
  return Object.fromEntries(ended.toSorted(([, one], [, other]) => one - other));
}

type Fields = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};

const isId = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;
/** No line breaks and the like: these are written to logs and compared, never run. */
const isShort = (value: unknown) =>
  typeof value === "string" && /^[\x20-\x7e\u00a1-\uffff]{1,255}$/.test(value);
/** Of SHA-1 or SHA-256. */
const isCommit = (value: unknown) =>
  typeof value === "string" && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(value);
