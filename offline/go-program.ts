import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "./run.ts";

/** A program that is built from Go modules at the versions of a folder's `go.mod`. */
export interface GoProgram {
  /** Folder with `go.mod` and `go.sum`. */
  readonly module: string;
  /** Import path of the program's `main` package. */
  readonly package: string;
  readonly linkerFlags?: readonly string[];
  /** Files that the build reads from elsewhere, by the path where it looks for them. */
  readonly overlay?: Readonly<Record<string, string>>;
}

/** Folder in the cache of this user; another `go.sum` gives another one. */
export function cacheFolderOf(name: string, modules: readonly string[], also = ""): string {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const hash = createHash("sha256").update(also);
  for (const module of modules) {
    for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(module, file)));
  }
  return join(cache, "slipway", `${name}-${process.arch}-${hash.digest("hex").slice(0, 12)}`);
}

/** @throws CommandFailed when Go can't build it. */
export async function buildGoProgram(program: GoProgram, target: string): Promise<void> {
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  const unfinished = `${target}.${process.pid}`;
  const overlay = `${unfinished}.overlay.json`;
  const flags = ["-s", "-w", ...(program.linkerFlags ?? [])].join(" ");
  writeFileSync(overlay, JSON.stringify({ Replace: program.overlay ?? {} }));
  try {
    await run(
      "go",
      [
        ...["build", "-mod=readonly", "-trimpath", `-ldflags=${flags}`, `-overlay=${overlay}`],
        ...["-o", unfinished, program.package],
      ],
      { cwd: program.module, env: { CGO_ENABLED: "0" } },
    );
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  } finally {
    rmSync(overlay, { force: true });
  }
  // Under its name only when it is whole, so that an interrupted build is never taken for one.
  renameSync(unfinished, target);
}
