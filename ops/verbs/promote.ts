import type { ReleaseRecord } from "../../components/release-record.ts";
import { COMMIT } from "../../infra/patterns.ts";
import { isSameCommit } from "../commits.ts";
import { deploy, releasesOf } from "../deploy.ts";
import { asTag } from "../pack/tags.ts";
import { say } from "../progress.ts";
import { registryLogin } from "../registry/pipeline-registry.ts";
import { ImageRepository } from "../registry/registry.ts";
import { printJson } from "../result.ts";
import { UserError } from "../user-error.ts";
import { openStack } from "../workspace.ts";
import { newCommand } from "./command.ts";
import {
  dotenvOption,
  forceOption,
  jsonOption,
  lockOf,
  lockWaitOption,
  matching,
  stackOption,
  text,
  versionOption,
} from "./options.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand(
  "promote",
  "Release the image that another stack has verified for a commit. Builds nothing.",
)
  .addOption(stackOption())
  .requiredOption("--from <stack>", "The stack that has verified the image.", text("--from"))
  .requiredOption(
    "--commit <sha>",
    "Commit that the image was built from.",
    matching("--commit", COMMIT),
  )
  .addOption(versionOption())
  .addOption(
    forceOption("promote an image that is older than one the stack had, or that was rolled back"),
  )
  .addOption(dotenvOption())
  .addOption(lockWaitOption())
  .addOption(jsonOption());

export const promote = defineVerb(command, {
  group: "Releases",
  check({ stack, from }) {
    if (from === stack)
      throw new UserError(`${stack} can't be promoted to itself: --from is the same.`);
  },
  async run(options) {
    const { stack, from, commit, version } = options;
    const verified = await releasesOf(await openStack(from));
    const release = verifiedOf(commit, from, verified);
    if (options.force !== true) refuseTakenBack(release, from, verified);
    say(
      `${from} verified ${release.image} (${release.version}) on ${release.time}, by ${release.by}.`,
    );
    if (mayHaveMoved(release.image)) {
      say(
        "  That is a tag, not a digest: it may name another image by now. A pipeline's `pack` passes on the " +
          "digest.",
      );
    }
    const deployed = await deploy({
      stack,
      image: release.image,
      version: version ?? release.version,
      commit,
      sequence: release.sequence,
      // Somebody wants this very one there: that it is not has to be seen.
      ifOlder: options.force === true ? "deploy" : "refuse",
      dotenv: options.dotenv,
      lock: lockOf(options),
    });
    if (version !== undefined) await nameVersion(release.image, version, process.env);
    if (options.json === true) printJson({ ...deployed, from, commit });
    return 0;
  },
});

/**
 * Gives the image its version's name in the project's own registry. Who may run a pipeline may give that name to
 * any image: this one is the version. That it could not be named undoes no release.
 */
async function nameVersion(
  image: string,
  named: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const [, name = "", digest] = /^(.+)@(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
  const [own, login] = [env["CI_REGISTRY_IMAGE"], registryLogin(env)];
  if (digest === undefined || !own || login === undefined) return;
  if (name !== own && !name.startsWith(`${own}/`)) return;
  const version = asTag(named);
  try {
    const repository = new ImageRepository(name, login);
    const before = await repository.digestOf(version);
    if (before === digest) return;
    await repository.addTag(digest, version);
    say(
      before === undefined
        ? `  ${name}:${version} names it.`
        : `  ${name}:${version} was another image (${before}), which no stack has verified. It names this one now.`,
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`  ${name}:${version} could not be set to it: ${error.message}`);
  }
}

/** What was verified and rolled back afterwards was found to be bad by somebody. */
export function refuseTakenBack(
  { image, version }: ReleaseRecord,
  stack: string,
  verified: readonly ReleaseRecord[],
): void {
  const newest = verified.find((one) => one.image === image || one.rollbackOf === image);
  if (newest === undefined || newest.rollbackOf !== image) return;
  throw new UserError(
    `${stack} verified ${version}, but ${newest.by} rolled it back on ${newest.time}. Release it there ` +
      "again first, or promote it anyway with --force.",
  );
}

/** Whether a reference may name another image than it did. */
export const mayHaveMoved = (image: string) => !/@sha256:[0-9a-f]{64}$/.test(image);

const LISTED = 10;

/** The newest release of a commit. */
export function verifiedOf(
  commit: string,
  stack: string,
  verified: readonly ReleaseRecord[],
): ReleaseRecord {
  const release = verified.find((one) => isSameCommit(one.commit, commit));
  if (release !== undefined) return release;
  const known = verified.filter((one) => one.commit !== "").slice(0, LISTED);
  const list = known.map((one) => `\n  ${one.commit.slice(0, 12)}  ${one.version}  ${one.time}`);
  throw new UserError(
    `${stack} has never verified ${commit.slice(0, 12)}, so it cannot be promoted. ` +
      (list.length === 0
        ? `It has verified no commit yet. Release there first: \`./slipway up -s ${stack}\`.`
        : `Promote a commit that it has verified, or release this one there first:${list.join("")}`),
  );
}
