/**
 * What an image is for: `branch` may use what any branch has pushed, as nothing is released by it; `version` gives
 * a name to what is there; `release` is built from its commit alone.
 */
export type Trust = "branch" | "version" | "release";

/**
 * Where nobody says that a ref is not protected, as on a laptop or in another CI, what is pushed may be released.
 *
 * @param env of a pipeline of GitLab.
 */
export function trustOf(env: Readonly<Record<string, string | undefined>>): Trust {
  if (env["CI_COMMIT_TAG"]) return "version";
  const isPipeline = Boolean(env["CI_PIPELINE_ID"] ?? env["GITLAB_CI"]);
  const saysSo = env["CI_COMMIT_REF_PROTECTED"];
  return saysSo === "false" || (isPipeline && saysSo !== "true") ? "branch" : "release";
}
