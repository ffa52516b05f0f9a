import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { buildGoProgram, cacheFolderOf } from "../go-program.ts";
import { writeNodeCommand } from "../node-command.ts";
import type { Step } from "../progress.ts";

const MODULE = import.meta.dirname;
const COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
/** Set by the linker in releases too; the Automation API refuses a CLI that does not know its version. */
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/**
 * Builds the Pulumi CLI once for the user, and puts it where a clone looks for it.
 *
 * @param version as in `go.mod`.
 */
export async function ensureEngine(version: string, folder: string, step: Step): Promise<void> {
  const built = builtEngine(version);
  if (!existsSync(built)) {
    const title = `Building Pulumi ${version} with Go, once for this user (some minutes)`;
    await step(title, () => build(version, built));
  }
  mkdirSync(folder, { recursive: true });
  place(built, join(folder, "pulumi"));
  // The engine finds the language host beside its own binary.
  writeNodeCommand(
    join(folder, "pulumi-language-nodejs"),
    join(MODULE, "..", "language-host", "main.ts"),
  );
}

export function isEngineBuilt(version: string): boolean {
  return existsSync(builtEngine(version));
}

function build(version: string, target: string): Promise<void> {
  const linkerFlags = [`-X ${VERSION_VARIABLE}=v${version}`];
  return buildGoProgram({ module: MODULE, package: COMMAND, linkerFlags }, target);
}

function builtEngine(version: string): string {
  return join(cacheFolderOf(`pulumi-${version}`, [MODULE]), "pulumi");
}

/**
 * A link, not a symbolic one: the engine looks for the language host beside what its own path resolves
 * to. A copy where the cache is on another disk.
 */
function place(built: string, at: string): void {
  if (existsSync(at) && statSync(at).size === statSync(built).size) return;
  rmSync(at, { force: true });
  try {
    linkSync(built, at);
  } catch {
    copyFileSync(built, at);
    chmodSync(at, 0o755);
  }
}
