import type { GitLab } from "../gitlab/client.ts";
import { GitLabError } from "../gitlab/http.ts";

/** Whether somebody has said that what is dangerous is meant. */
export type Allowance =
  | { readonly allowed: true }
  /** Why not, as a sentence; undefined where nobody has said it. */
  | { readonly allowed: false; readonly why?: string };

type Asked = Pick<GitLab, "mergeRequest" | "labelEvents" | "versions">;
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether a merge request carries a label that allows what is dangerous in the push that a job is of: it has
 * to have been put there after that. An API that can't say it is a no, and no failure: what there is to read
 * does not depend on it.
 *
 * @param gitlab undefined where there is no token: then the labels count that the pipeline was made with.
 */
export async function allowanceOf(
  label: string,
  env: Environment,
  gitlab: Asked | undefined,
): Promise<Allowance> {
  const { CI_MERGE_REQUEST_IID: iid, CI_MERGE_REQUEST_LABELS: labels } = env;
  if (!iid) return { allowed: false };
  if (gitlab === undefined) return { allowed: (labels ?? "").split(",").includes(label) };
  try {
    return await askedOf(gitlab, Number(iid), label, headOf(env));
  } catch (error) {
    if (!(error instanceof GitLabError)) throw error;
    const why = `Whether the merge request has the label ${label} could not be asked: ${error.message}`;
    return { allowed: false, why };
  }
}

async function askedOf(
  gitlab: Asked,
  iid: number,
  label: string,
  head: string | undefined,
): Promise<Allowance> {
  if (!(await gitlab.mergeRequest(iid)).labels.includes(label)) return { allowed: false };
  const events = await gitlab.labelEvents(iid);
  const added = events.findLast((one) => one.action === "add" && one.label?.name === label);
  const versions = await gitlab.versions(iid);
  const version = versions.find((one) => one.head_commit_sha === head) ?? versions[0];
  if (added === undefined || version === undefined) {
    const why = `GitLab does not say when the label ${label} was set.`;
    return { allowed: false, why };
  }
  if (Date.parse(added.created_at) >= Date.parse(version.created_at)) return { allowed: true };
  return {
    allowed: false,
    why:
      `The label ${label} was set on ${added.created_at}, before the push of ` +
      `${version.created_at}: remove it and set it again.`,
  };
}

/** What was pushed; a pipeline of merged results has a commit of its own. */
const headOf = ({
  CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: pushed,
  CI_COMMIT_SHA: commit,
}: Environment) => pushed || commit;
