import { access, cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CommandFailed, run } from "../run.ts";
import { archiveKeyring, type MachineSettings, suite } from "./machine-settings.ts";
import { baseReference, offlineImages, type Recipe } from "./recipes.ts";

/** Copies a recipe's folder and adds what its Dockerfile expects beside it. */
export async function prepareContext(
  recipe: Recipe,
  settings: MachineSettings,
  context: string,
): Promise<void> {
  await cp(recipe.folder, context, { recursive: true });
  if (recipe.reference === baseReference) {
    await writeMachineFiles(settings, join(context, "machine"));
    await buildRootfs(context, settings.mirror);
  }
  if (recipe.reference === offlineImages.node) {
    await run(join(context, "collect-parts.sh"), [context]);
  }
}

async function writeMachineFiles(settings: MachineSettings, folder: string): Promise<void> {
  for (const [path, content] of Object.entries(settings.files)) {
    const copy = join(folder, path);
    await mkdir(dirname(copy), { recursive: true });
    await writeFile(copy, content);
  }
}

async function buildRootfs(context: string, mirror: string): Promise<void> {
  await requireInstalled("debootstrap", "debootstrap", ["--version"]);
  await requireKeyring();
  const archive = join(context, "rootfs.tar");
  await run(join(context, "build-rootfs.sh"), [suite, mirror, archiveKeyring, archive]);
}

async function requireInstalled(pkg: string, command: string, args: string[]): Promise<void> {
  try {
    await run(command, args);
  } catch (error) {
    if (error instanceof CommandFailed) throw error;
    throw packageMissing(pkg, error);
  }
}

async function requireKeyring(): Promise<void> {
  try {
    await access(archiveKeyring);
  } catch (error) {
    throw packageMissing("debian-archive-keyring", error);
  }
}

function packageMissing(name: string, cause: unknown): Error {
  return new Error(
    `The stand-in images are made with the Debian package ${name}, which is not installed. ` +
      `Install it: apt-get install ${name}`,
    { cause },
  );
}
