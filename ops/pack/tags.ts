import { isVersionTag } from "../../infra/git-version.ts";
import { branchOf } from "../git-version.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface Tags {
  /** Follow a branch: they go on to the next image. */
  readonly moving: readonly string[];
  /** Name one image for ever. */
  readonly fixed: readonly string[];
}

/** What BuildKit keeps its cache under. */
export const CACHE_TAG = "buildcache";
const LATEST = "latest";

/**
 * Names of an image beside its commit: the branch, `latest` on the default branch, the git tag.
 *
 * @param env of a pipeline of GitLab; elsewhere git says on which branch this is.
 */
export function tagsOf(folder: string, version: string, env: Environment): Tags {
  // A runner may set to nothing what GitLab leaves out.
  const { CI_COMMIT_TAG: gitTag, CI_COMMIT_BRANCH: pushed, CI_DEFAULT_BRANCH: byDefault } = env;
  const branch = gitTag
    ? undefined
    : pushed || env["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"] || branchOf(folder);
  const slug = branch === undefined ? "" : slugOf(branch);
  // `Main` is another branch than `main`, and its image is not that one's.
  const isOthers = byDefault !== undefined && branch !== byDefault && slug === slugOf(byDefault);
  // A merge request's branch has any name: only a push is known to be to the default branch.
  const isDefault = Boolean(pushed) && pushed === byDefault;
  const named = [gitTag, isVersionTag(version) ? version : undefined].filter(
    (one): one is string => one !== undefined && one !== "",
  );
  return {
    moving: [
      ...(slug === "" || isOthers || [LATEST, CACHE_TAG].includes(slug) ? [] : [slug]),
      ...(isDefault ? [LATEST] : []),
    ],
    fixed: [...new Set(named.map(asTag))],
  };
}

/** As GitLab makes CI_COMMIT_REF_SLUG. */
function slugOf(branch: string): string {
  return branch
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "-")
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, "");
}

/** What git allows in a name and a registry does not, becomes `-`. */
export const asTag = (name: string): string => name.replaceAll(/[^\w.-]/g, "-").slice(0, 128);
