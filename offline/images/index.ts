import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { takeMachineLock } from "../machine-lock.ts";
import type { Report } from "../progress.ts";
import { prepareContext } from "./build-context.ts";
import { buildImage, imagesMissing } from "./engine.ts";
import { cacheFolder, loadFromCache, pruneCache, saveToCache } from "./image-cache.ts";
import { type MachineSettings, readMachineSettings } from "./machine-settings.ts";
import { offlineImages, type Recipe, readRecipes } from "./recipes.ts";

export { offlineImages } from "./recipes.ts";

const FOR_THE_SAMPLE = [offlineImages.nginx, offlineImages.node, offlineImages.postgres];

/**
 * Sees to it that the engine has the stand-ins for the images that no registry can be reached for.
 * Reports a line for each image that it had to make or load.
 *
 * @param beforeMaking is awaited before any is made, and not where all are there or can be loaded.
 * @param wanted references; those that the sample app needs where nothing is said.
 */
export async function ensureOfflineImages(
  report: Report,
  beforeMaking: () => Promise<void> = async () => {},
  wanted: readonly string[] = FOR_THE_SAMPLE,
): Promise<void> {
  const settings = await readMachineSettings();
  const known = await readRecipes(settings);
  const all = withFoundations(known.filter(({ reference }) => wanted.includes(reference)));
  if ((await imagesMissing(all)).length === 0) return;

  const release = await takeMachineLock("slipway-offline-images");
  try {
    await pruneCache(known);
    await Promise.all((await imagesMissing(all)).map((recipe) => load(recipe, report)));
    if ((await imagesMissing(all)).length > 0) await beforeMaking();
    for (const layer of layers(all)) await build(await imagesMissing(layer), settings, report);
  } finally {
    await release();
  }
}

function withFoundations(recipes: readonly Recipe[]): Recipe[] {
  const all = recipes.flatMap((recipe) => [...withFoundations(recipe.standsOn), recipe]);
  return [...new Set(all)];
}

/** Those that can be made at once, each after those that it stands on. */
function layers(recipes: readonly Recipe[]): Recipe[][] {
  const height = ({ standsOn }: Recipe): number => Math.max(-1, ...standsOn.map(height)) + 1;
  const highest = Math.max(...recipes.map(height));
  return Array.from({ length: highest + 1 }, (_, level) =>
    recipes.filter((recipe) => height(recipe) === level),
  );
}

async function load(recipe: Recipe, report: Report): Promise<void> {
  const start = performance.now();
  if (await loadFromCache(recipe)) {
    report(`${recipe.reference} loaded from the cache in ${secondsSince(start)}`);
  }
}

async function build(
  recipes: readonly Recipe[],
  settings: MachineSettings,
  report: Report,
): Promise<void> {
  const builds = await Promise.allSettled(
    recipes.map(async (recipe) => {
      const start = performance.now();
      await buildOne(recipe, settings);
      report(`${recipe.reference} made in ${secondsSince(start)}`);
    }),
  );
  for (const outcome of builds) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}

async function buildOne(recipe: Recipe, settings: MachineSettings): Promise<void> {
  const context = await mkdtemp(join(cacheFolder, "context-"));
  try {
    await prepareContext(recipe, settings, context);
    await buildImage(recipe, context);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${recipe.reference} could not be made: ${reason}`, { cause });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  await saveToCache(recipe);
}

function secondsSince(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
