import { CommandFailed, run } from "../run.ts";
import type { Recipe } from "./recipes.ts";

const keyLabel = "slipway.offline.key";

/** Programs read these names from the environment; Docker passes them to a build without recording them. */
const proxyVariables = ["http_proxy", "https_proxy", "no_proxy"].flatMap((name) => [
  name,
  name.toUpperCase(),
]);

interface InspectedImage {
  readonly Id: string;
  readonly RepoTags: readonly string[];
  readonly Config: { readonly Labels: Readonly<Record<string, string>> | null };
}

export async function imagesMissing(recipes: readonly Recipe[]): Promise<Recipe[]> {
  const present = await inspect(recipes.map(({ reference }) => reference));
  return recipes.filter(
    ({ reference, key }) =>
      !present.some(
        ({ RepoTags, Config }) => RepoTags.includes(reference) && Config.Labels?.[keyLabel] === key,
      ),
  );
}

/** The tag appears only when the build is complete; the image that had it before goes, if unused. */
export async function buildImage(recipe: Recipe, context: string): Promise<void> {
  const buildArguments = [
    ...Object.entries(recipe.buildArguments).map(([name, value]) => `${name}=${value}`),
    ...proxyVariables.filter((name) => process.env[name]),
  ];
  await replacing(recipe.reference, () =>
    run("docker", [
      "build",
      "--force-rm",
      ...buildArguments.flatMap((argument) => ["--build-arg", argument]),
      ...["--label", `${keyLabel}=${recipe.key}`],
      ...["--tag", recipe.reference],
      context,
    ]),
  );
}

export async function loadImage(recipe: Recipe, archive: string): Promise<void> {
  await replacing(recipe.reference, () => run("docker", ["load", "--input", archive]));
}

export async function saveImage(recipe: Recipe, archive: string): Promise<void> {
  await run("docker", ["save", "--output", archive, recipe.reference]);
}

async function replacing(reference: string, replace: () => Promise<unknown>): Promise<void> {
  const before = await imageId(reference);
  await replace();
  if (before === undefined || before === (await imageId(reference))) return;
  try {
    await run("docker", ["image", "rm", before]);
  } catch (error) {
    // In use by a container or under another image: it goes when they have gone.
    if (!(error instanceof CommandFailed)) throw error;
  }
}

async function imageId(reference: string): Promise<string | undefined> {
  const [image] = await inspect([reference]);
  return image?.Id;
}

async function inspect(references: readonly string[]): Promise<InspectedImage[]> {
  try {
    return parseLines(
      await run("docker", ["image", "inspect", "--format", "{{json .}}", ...references]),
    );
  } catch (error) {
    if (!(error instanceof CommandFailed) || !/no such image/i.test(error.output)) throw error;
    return parseLines(error.output);
  }
}

function parseLines(output: string): InspectedImage[] {
  return output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as InspectedImage);
}
