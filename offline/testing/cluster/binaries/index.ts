import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildGoProgram, cacheFolderOf } from "../../../go-program.ts";
import { takeMachineLock } from "../../../machine-lock.ts";
import type { Report } from "../../../progress.ts";
import { KUBERNETES_VERSION, PROGRAMS } from "./programs.ts";

const HERE = import.meta.dirname;

/** Builds the cluster's programs once for the user, and returns the folder that they are in. */
export async function ensureClusterBinaries(report: Report): Promise<string> {
  const folder = cacheFolder();
  const release = await takeMachineLock("slipway-cluster-binaries");
  try {
    const missing = PROGRAMS.filter(({ name }) => !existsSync(join(folder, name)));
    // One at a time: each build takes all cores by itself.
    for (const [index, { name, module, ...program }] of missing.entries()) {
      report(
        `Building ${name} with Go, once for this user (${index + 1} of ${missing.length}) ...`,
      );
      await buildGoProgram({ ...program, module: join(HERE, module) }, join(folder, name));
    }
  } finally {
    await release();
  }
  return folder;
}

function cacheFolder(): string {
  const modules = [...new Set(PROGRAMS.map(({ module }) => join(HERE, module)))];
  return cacheFolderOf(`kubernetes-${KUBERNETES_VERSION}`, modules, JSON.stringify(PROGRAMS));
}
