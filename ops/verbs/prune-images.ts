import { tagsOf } from "../git-version.ts";
import { duration, say } from "../progress.ts";
import { ROOT } from "../project.ts";
import { registryLogin, repositoryOf } from "../registry/pipeline-registry.ts";
import { judge, neededOf, type TaggedImage, type Verdict } from "../registry/prune.ts";
import { ImageRepository } from "../registry/registry.ts";
import { releasedTo } from "../registry/released.ts";
import { removeUnlessNamed } from "../registry/removal.ts";
import { printJson } from "../result.ts";
import { UserError } from "../user-error.ts";
import { newCommand } from "./command.ts";
import { dryRunOption, each, jsonOption, positive, text } from "./options.ts";
import { table } from "./table.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand(
  "prune-images",
  "Delete old images from the registry, except images released to a stack of the project, images with a " +
    "git tag, and the newest.",
)
  .option(
    "-s, --stack <stack>",
    "A stack that uses the registry; for each one again.",
    each("--stack"),
  )
  .option(
    "--from <repository>",
    "The repository. In a pipeline: the project's own.",
    text("--from"),
  )
  .option("--keep <number>", "How many of the newest images stay.", positive("--keep"), 20)
  .option("--days <number>", "How many days each image stays at least.", positive("--days"), 30)
  .addOption(dryRunOption("Show the deletions, and delete nothing."))
  .addOption(jsonOption());

export const pruneImages = defineVerb(command, {
  group: "Releases",
  check({ stack = [] }) {
    if (stack.length > 0) return;
    throw new UserError(
      "Which stacks use this registry? Name all of them, each with -s, so that their images stay.",
    );
  },
  async run({ stack: stacks = [], from, keep, days, dryRun = false, json = false }) {
    const started = Date.now();
    const rules = { keep, days, now: started };
    const name = repositoryOf(from, process.env);
    // First, and all of them: what can't be asked may need what would be removed.
    const released = await releasedTo(stacks);
    const repository = new ImageRepository(name, registryLogin(process.env));
    const verdicts = judge(await imagesOf(repository), {
      ...rules,
      needed: neededOf(name, released),
      gitTags: new Set(tagsOf(ROOT)),
    });

    const done = dryRun ? verdicts : await remove(repository, verdicts);
    if (json) printJson(done);
    else process.stdout.write(listed(done));
    const going = done.filter(({ kept }) => kept === undefined);
    const count = `${going.length} of ${done.length} images`;
    say(
      dryRun
        ? `✓ ${count} would be deleted; nothing was removed.`
        : `✓ Removed ${count} from ${name}: ${duration(started)}. Its garbage collection frees the space.`,
    );
    return 0;
  },
});

/** @returns what has become of them. */
async function remove(
  repository: ImageRepository,
  verdicts: readonly Verdict[],
): Promise<Verdict[]> {
  const done: Verdict[] = [];
  for (const verdict of verdicts) {
    const named =
      verdict.kept === undefined ? await removeUnlessNamed(repository, verdict) : undefined;
    const isNamed = named !== undefined && named.length > 0;
    done.push(isNamed ? { ...verdict, kept: `named ${named.join(", ")} just now` } : verdict);
  }
  return done;
}

async function imagesOf(repository: ImageRepository): Promise<TaggedImage[]> {
  const byDigest = new Map<string, { digest: string; tags: string[]; created: string }>();
  for (const tag of await repository.tags()) {
    const image = await repository.find(tag);
    if (image === undefined) continue; // Removed meanwhile.
    const known = byDigest.get(image.digest);
    if (known === undefined) byDigest.set(image.digest, { ...image, tags: [tag] });
    else known.tags.push(tag);
  }
  return [...byDigest.values()];
}

function listed(verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return "There are no images yet.\n";
  return table(
    ["CREATED", "STAYS", "TAGS"],
    verdicts.map(({ created, kept, tags }) => [
      created.slice(0, 10) || "unknown",
      kept ?? "no",
      tags.join(" "),
    ]),
  );
}
