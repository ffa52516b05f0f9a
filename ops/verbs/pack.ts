import { writeDotenv } from "../dotenv.ts";
import { gitVersion, isBefore, isCommitted, isOnBranch } from "../git-version.ts";
import { type BuildSecretFiles, hasBuildSecrets, withBuildSecrets } from "../pack/build-secrets.ts";
import { type BuildSettings, readBuildSettings } from "../pack/build-settings.ts";
import { DockerClient } from "../pack/docker-client.ts";
import { type Tags, tagsOf } from "../pack/tags.ts";
import { type Trust, trustOf } from "../pack/trust.ts";
import { duration, say, step } from "../progress.ts";
import { registryLogin, repositoryOf } from "../registry/pipeline-registry.ts";
import { ImageRepository, parseRepository } from "../registry/registry.ts";
import { printJson } from "../result.ts";
import { UserError } from "../user-error.ts";
import { newCommand } from "./command.ts";
import { dotenvOption, each, jsonOption, optionalStack, text } from "./options.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand(
  "pack",
  "Build the app's image, once for a commit. With --push, push it under its commit, branch and tag.",
)
  .option("--push", "Push the image to the registry.")
  .addOption(optionalStack("Stack whose settings of the build apply where no option is given."))
  .option("--app <folder>", "Folder of the app: appPath.", text("--app"))
  .option("--dockerfile <file>", "Dockerfile, relative to it.", text("--dockerfile"))
  .option("--target <stage>", "Stage of the Dockerfile to build.", text("--target"))
  .option("--build-arg <NAME=VALUE>", "Build argument; for each one again.", each("--build-arg"))
  .option(
    "--build-secret <ID=FILE>",
    "Secret of the build, from a file; for each one again.",
    each("--build-secret"),
  )
  .option("--to <repository>", "The repository. In a pipeline: the project's own.", text("--to"))
  .addOption(dotenvOption())
  .addOption(jsonOption());

export const pack = defineVerb(command, {
  group: "Releases",
  needsPulumi: ({ stack, buildSecret }) => buildSecret === undefined && hasBuildSecrets(stack),
  async run(options) {
    const settings = readBuildSettings({ ...options, buildArgs: options.buildArg ?? [] });
    const { commit, version } = gitVersion(settings.context, process.env["CI_COMMIT_TAG"]);
    const image = await withBuildSecrets(options.stack, options.buildSecret ?? [], (secrets) => {
      const packing = { settings, commit, version, secrets };
      return options.push === true
        ? packToRegistry(packing, repositoryOf(options.to, process.env))
        : packHere(packing, options.to ?? "slipway/app");
    });
    if (options.dotenv !== undefined) {
      writeDotenv(options.dotenv, {
        ...(image === undefined ? {} : { SLIPWAY_IMAGE: image }),
        SLIPWAY_VERSION: version,
        SLIPWAY_COMMIT: commit,
      });
    }
    if (options.json === true) printJson({ image: image ?? null, version, commit });
    else if (image !== undefined) process.stdout.write(`${image}\n`);
    return 0;
  },
});

interface Packing {
  readonly settings: BuildSettings;
  readonly commit: string;
  readonly version: string;
  readonly secrets: BuildSecretFiles;
}

async function packHere(
  { settings, commit, version, secrets }: Packing,
  repository: string,
): Promise<string> {
  const started = Date.now();
  const reference = `${repository}:${commit}`;
  const build = {
    ...settings,
    ...{ reference, repository, commit, secrets, cacheTags: [], push: false },
  };
  await DockerClient.with("", undefined, (client) =>
    step(`Building ${version}`, () => client.build(build)),
  );
  say(`✓ Built ${version}: ${duration(started)}. It is on this machine alone; --push pushes it.`);
  return reference;
}

/** @returns the image by its digest; undefined where nothing may be released by it. */
async function packToRegistry(packing: Packing, name: string): Promise<string | undefined> {
  const started = Date.now();
  const { settings, commit, version } = packing;
  if (!isCommitted(settings.context)) {
    throw new UserError(
      `${settings.context} differs from ${commit.slice(0, 12)}, and an image is pushed under its commit. ` +
        "Commit the changes, or leave out --push to build the folder as it is.",
    );
  }
  const login = registryLogin(process.env);
  const repository = new ImageRepository(name, login);
  await repository.check();
  const tags = tagsOf(settings.context, version, process.env);
  const trust = trustOf(process.env);
  const found = trust === "release" ? undefined : await builtAs(repository, commit);
  if (found !== undefined) say(`${version} is in ${name} already: no build is needed.`);
  const digest = found ?? (await buildAndPush(packing, repository, tags, trust));
  const named = await nameImage(repository, packing, digest, tags);
  const image = `${name}@${digest}`;
  say(`✓ ${version} is ${image}, under ${named.join(", ")}: ${duration(started)}`);
  // The name is all that a version's pipeline gives: what is released, another stack has verified.
  return found !== undefined && trust === "version" ? undefined : image;
}

/**
 * Digest of the image that says it is of a commit; undefined where none does.
 *
 * Whoever may run a pipeline may push any image under any name, with any label. So this is asked only where
 * nothing is released by the answer.
 */
export async function builtAs(
  repository: Pick<ImageRepository, "find">,
  commit: string,
): Promise<string | undefined> {
  const image = await repository.find(commit);
  if (image === undefined || image.revision === commit) return image?.digest;
  say(
    `  ${commit} names an image of ${image.revision || "an unknown commit"} in the registry (${image.digest}): ` +
      "it is built anew.",
  );
  return undefined;
}

/** @returns the digest of what was pushed, by the word of the push: its name may be moved at any time. */
async function buildAndPush(
  { settings, commit, version, secrets }: Packing,
  repository: ImageRepository,
  tags: Tags,
  trust: Trust,
): Promise<string> {
  const reference = `${repository.name}:${commit}`;
  const { server } = parseRepository(repository.name);
  return await DockerClient.with(server, registryLogin(process.env), async (client) => {
    const build = {
      ...settings,
      ...{ reference, repository: repository.name, commit, secrets, push: true },
      // Any branch can write those of the registry.
      cacheTags: trust === "branch" ? await cacheTags(repository, tags) : undefined,
    };
    const pushed = await step(`Building ${version}`, () => client.build(build));
    if (pushed !== undefined) return pushed;
    // Another pipeline of this commit may have been quicker: then its image is the one.
    const other = trust === "branch" ? await builtAs(repository, commit) : undefined;
    return other ?? (await step(`Pushing ${reference}`, () => client.push(reference)));
  });
}

/** Those that are there: of the branch first. */
async function cacheTags(repository: ImageRepository, { moving }: Tags): Promise<string[]> {
  const there = new Set(await repository.tags());
  return [...new Set([...moving, "latest"])].filter((tag) => there.has(tag));
}

/** Gives an image its names; @returns all that it has now. */
async function nameImage(
  repository: ImageRepository,
  { settings, commit }: Packing,
  digest: string,
  { moving, fixed }: Tags,
): Promise<string[]> {
  const named = [commit];
  for (const tag of fixed) {
    const other = await repository.digestOf(tag);
    if (other !== undefined && other !== digest) {
      if (tag !== process.env["CI_COMMIT_TAG"]) {
        say(`  ${tag} stays with ${other}: a version names one image for ever.`);
        continue;
      }
      throw new UserError(
        `${repository.name}:${tag} is another image already (${other}), and a version names one for ever. ` +
          "Was the tag moved in git? Create a new tag.",
        1,
      );
    }
    if (other === undefined) await repository.addTag(digest, tag);
    named.push(tag);
  }
  for (const tag of moving) {
    const current = await repository.find(tag);
    if (current !== undefined && current.digest !== digest) {
      // As when an old pipeline is run again. A label is believed of a commit that the branch has.
      if (
        isBefore(settings.context, commit, current.revision) === true &&
        isOnBranch(settings.context, process.env["CI_COMMIT_BRANCH"], current.revision)
      ) {
        say(`  ${tag} stays at ${current.revision.slice(0, 12)}, which is newer.`);
        continue;
      }
    }
    if (current?.digest !== digest) await repository.addTag(digest, tag);
    named.push(tag);
  }
  return named;
}
