import { access, mkdir, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { loadImage, saveImage } from "./engine.ts";
import type { Recipe } from "./recipes.ts";

const { XDG_CACHE_HOME } = process.env;

/** Finished images as files, so that an engine that lost its images is filled in seconds. */
export const cacheFolder = join(XDG_CACHE_HOME || join(homedir(), ".cache"), "slipway", "images");

/** Whether the cache had the image. */
export async function loadFromCache(recipe: Recipe): Promise<boolean> {
  const archive = archiveOf(recipe);
  try {
    await access(archive);
  } catch {
    return false;
  }
  await loadImage(recipe, archive);
  return true;
}

export async function saveToCache(recipe: Recipe): Promise<void> {
  const archive = archiveOf(recipe);
  const unfinished = `${archive}.unfinished`;
  await mkdir(cacheFolder, { recursive: true });
  await saveImage(recipe, unfinished);
  await rename(unfinished, archive);
}

/** Removes everything but the archives of these recipes: older ones, and what an interrupted run left. */
export async function pruneCache(recipes: readonly Recipe[]): Promise<void> {
  const wanted = recipes.map(archiveOf);
  await mkdir(cacheFolder, { recursive: true });
  const present = (await readdir(cacheFolder)).map((name) => join(cacheFolder, name));
  await Promise.all(
    present
      .filter((path) => !wanted.includes(path))
      .map((path) => rm(path, { recursive: true, force: true })),
  );
}

function archiveOf({ reference, key }: Recipe): string {
  const name = reference.replace(/^.*\//, "").replace(":", "-");
  return join(cacheFolder, `${name}-${key}.tar`);
}
