import { writeDotenv } from "../dotenv.ts";
import { gitVersion, isBefore, isCommitted } from "../git-version.ts";
import { type BuildSecretFiles, hasBuildSecrets, withBuildSecrets } from "../pack/build-secrets.ts";
import { type BuildSettings, readBuildSettings } from "../pack/build-settings.ts";
import { DockerClient } from "../pack/docker-client.ts";
import { type Tags, tagsOf } from "../pack/tags.ts";
import { duration, say, step } from "../progress.ts";
import { registryLogin, repositoryOf } from "../registry/pipeline-registry.ts";
import { ImageRepository, parseRepository } from "../registry/registry.ts";
import { UserError } from "../user-error.ts";
import { readOptions } from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage =
  "./slipway pack [--push] [-s STACK] [--app FOLDER] [--dockerfile FILE] [--target STAGE] " +
  "[--build-arg NAME=VALUE ...] [--build-secret ID=FILE ...] [--to REPOSITORY] [--dotenv FILE]";

const OPTIONS = {
  stack: { type: "string", short: "s" },
  app: { type: "string" },
  dockerfile: { type: "string" },
  target: { type: "string" },
  "build-arg": { type: "string", multiple: true, default: [] as string[] },
  "build-secret": { type: "string", multiple: true, default: [] as string[] },
  to: { type: "string" },
  push: { type: "boolean", default: false },
  dotenv: { type: "string" },
} as const;

export const pack: Verb = {
  summary:
    "Build the app's image, once for a commit. With --push to a registry, under its commit, branch and tag.",
  usage,
  group: "Releases",
  withoutPulumi(args) {
    const { values } = readOptions([...args], usage, OPTIONS);
    return values["build-secret"].length > 0 || !hasBuildSecrets(values.stack);
  },
  async run(args) {
    const { values } = readOptions(args, usage, OPTIONS);
    const settings = readBuildSettings({ ...values, buildArgs: values["build-arg"] });
    const { commit, version } = gitVersion(settings.context, process.env["CI_COMMIT_TAG"]);
    const image = await withBuildSecrets(values.stack, values["build-secret"], (secrets) => {
      const packing = { settings, commit, version, secrets };
      return values.push
        ? packToRegistry(packing, repositoryOf(values.to, process.env))
        : packHere(packing, values.to ?? "slipway/app");
    });
    if (values.dotenv !== undefined) {
      writeDotenv(values.dotenv, {
        SLIPWAY_IMAGE: image,
        SLIPWAY_VERSION: version,
        SLIPWAY_COMMIT: commit,
      });
    }
    process.stdout.write(`${image}\n`);
    return 0;
  },
};

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

/** @returns the image by its digest. */
async function packToRegistry(packing: Packing, name: string): Promise<string> {
  const started = Date.now();
  const { settings, commit, version } = packing;
  if (!isCommitted(settings.context)) {
    throw new UserError(
      `What is in ${settings.context} is not what ${commit.slice(0, 12)} has, and an image is pushed under ` +
        "its commit. Commit it first; without --push, it is built as it is.",
    );
  }
  const login = registryLogin(process.env);
  const repository = new ImageRepository(name, login);
  await repository.check();
  const tags = tagsOf(settings.context, version, process.env);
  if (await isBuilt(repository, commit)) say(`${version} is in ${name} already: nothing is built.`);
  else await buildAndPush(packing, repository, tags);

  const digest = await repository.digestOf(commit);
  if (digest === undefined) throw new UserError(`${name} does not have what was pushed to it.`, 1);
  const named = await nameImage(repository, packing, digest, tags);
  const image = `${name}@${digest}`;
  say(`✓ ${version} is ${image}, under ${named.join(", ")}: ${duration(started)}`);
  return image;
}

/** Whoever may push may give any image a commit's name; a build writes the commit into the image itself. */
export async function isBuilt(
  repository: Pick<ImageRepository, "find">,
  commit: string,
): Promise<boolean> {
  const image = await repository.find(commit);
  if (image === undefined || image.revision === commit) return image !== undefined;
  say(
    `  ${commit} names an image of ${image.revision || "an unknown commit"} in the registry (${image.digest}): ` +
      "it is built anew.",
  );
  return false;
}

async function buildAndPush(
  { settings, commit, version, secrets }: Packing,
  repository: ImageRepository,
  tags: Tags,
): Promise<void> {
  const reference = `${repository.name}:${commit}`;
  const { server } = parseRepository(repository.name);
  await DockerClient.with(server, registryLogin(process.env), async (client) => {
    const build = {
      ...settings,
      ...{ reference, repository: repository.name, commit, secrets, push: true },
      cacheTags: await cacheTags(repository, tags),
    };
    const isPushed = await step(`Building ${version}`, () => client.build(build));
    if (isPushed) return;
    // Another pipeline of this commit may have been quicker: then its image is the one.
    if (await isBuilt(repository, commit)) return;
    await step(`Pushing ${reference}`, () => client.push(reference));
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
      throw new UserError(
        `${repository.name}:${tag} is another image already (${other}), and a version names one for ever. ` +
          "Was the tag moved in git? Make a new one.",
        1,
      );
    }
    if (other === undefined) await repository.addTag(commit, tag);
    named.push(tag);
  }
  for (const tag of moving) {
    const current = await repository.find(tag);
    if (current !== undefined && current.digest !== digest) {
      // As when an old pipeline is run again.
      if (isBefore(settings.context, commit, current.revision) === true) {
        say(`  ${tag} stays at ${current.revision.slice(0, 12)}, which is newer.`);
        continue;
      }
    }
    if (current?.digest !== digest) await repository.addTag(commit, tag);
    named.push(tag);
  }
  return named;
}
