import { parseEnv } from "node:util";
import { UserError } from "../user-error.ts";
import type { Job } from "./job.ts";
import { patiently } from "./patiently.ts";
import type { HookSettings } from "./settings.ts";

/** What `pack` leaves with the job that built. */
const PACKED = "pack.env";

const SECONDS = 30;

/**
 * Digest of the image that a pipeline's own job built, by the file that it left at GitLab: nobody but that job
 * can write it. A name in the registry is no word for it: any branch's pipeline may push any image under it.
 */
export async function builtBy(
  job: Job,
  { gitlab, project, image }: Pick<HookSettings, "gitlab" | "project" | "image">,
  pauses?: readonly number[],
): Promise<string> {
  if (gitlab === undefined || job.builder === undefined) {
    throw new UserError(`Which job of pipeline ${job.pipeline} built the image is not known.`, 1);
  }
  const path = `projects/${encodeURIComponent(project)}/jobs/${job.builder}/artifacts/${PACKED}`;
  const address = `${gitlab.url}/api/v4/${path}`;
  const text = await patiently(() => download(address, gitlab, job), pauses);
  const { SLIPWAY_IMAGE: built = "", SLIPWAY_COMMIT: commit = "" } = parseEnv(text);
  const [, name, digest] = /^(.+)@(sha256:[0-9a-f]{64})$/.exec(built) ?? [];
  if (name !== image || digest === undefined || commit !== job.sha) {
    throw new UserError(
      `Job ${job.builder} built "${built}" of "${commit}"; it must be an image of ${image} by its digest, of ` +
        `${job.sha}. The hook's \`image\` and \`gitlab.job\` say which image and which job it is.`,
      1,
    );
  }
  return digest;
}

type GitLab = NonNullable<HookSettings["gitlab"]>;

async function download(address: string, { token, url }: GitLab, job: Job): Promise<string> {
  const answer = await ask(address, token, url);
  if (answer.ok) return await answer.text();
  if (answer.status >= 500 || answer.status === 429) {
    throw new UserError(`${url} answered ${answer.status} for ${PACKED} of job ${job.builder}.`, 1);
  }
  throw new UserError(
    `${url} has no ${PACKED} of job ${job.builder} for this hook (${answer.status}). The job has to keep it ` +
      "(artifacts: paths), as ci/pack.yml does; gitlab.tokenFile needs a token with read_api.",
  );
}

async function ask(address: string, token: string | undefined, url: string): Promise<Response> {
  try {
    // GitLab may send to where it keeps files: this header does not go along to another host.
    return await fetch(address, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(SECONDS * 1000),
    });
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? cause.message || String(cause) : message;
    throw new UserError(`${url} does not answer: ${why}.`, 1);
  }
}
