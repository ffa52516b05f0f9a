import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { step } from "../../../../ops/progress.ts";
import { UserError } from "../../../../ops/user-error.ts";
import { lastLines, run } from "../../../run.ts";
import { takeMachineLock } from "../../images/machine-lock.ts";
import { KUBERNETES_VERSION, PROGRAMS } from "./programs.ts";

const HERE = import.meta.dirname;

/** Builds the cluster's programs once for the user, and returns the folder that they are in. */
export async function ensureClusterBinaries(): Promise<string> {
  const folder = cacheFolder();
  const release = await takeMachineLock("slipway-cluster-binaries");
  try {
    mkdirSync(folder, { recursive: true });
    const missing = PROGRAMS.filter(({ name }) => !existsSync(join(folder, name)));
    // One at a time: each build takes all cores by itself.
    for (const [index, program] of missing.entries()) {
      const title = `Building ${program.name} with Go, once for this user (${index + 1} of ${missing.length})`;
      await step(title, () => build(program, folder));
    }
  } finally {
    await release();
  }
  return folder;
}

async function build(program: (typeof PROGRAMS)[number], folder: string): Promise<void> {
  const target = join(folder, program.name);
  const unfinished = `${target}.unfinished`;
  const flags = ["-s", "-w", ...(program.linkerFlags ?? [])];
  const result = await run(
    "go",
    [
      ...["build", "-mod=readonly", "-trimpath", `-ldflags=${flags.join(" ")}`],
      ...["-o", unfinished, program.package],
    ],
    { cwd: join(HERE, program.module), env: { CGO_ENABLED: "0" } },
  );
  if (result.code !== 0) {
    rmSync(unfinished, { force: true });
    throw new UserError(
      `Go could not build ${program.name}:\n${lastLines(result)}\nMend that and run this command again.`,
      1,
    );
  }
  // Under its name only when it is whole, so that an interrupted build is never taken for one.
  renameSync(unfinished, target);
}

function cacheFolder(): string {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const hash = createHash("sha256").update(JSON.stringify(PROGRAMS));
  for (const module of new Set(PROGRAMS.map((program) => program.module))) {
    for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(HERE, module, file)));
  }
  const key = hash.digest("hex").slice(0, 12);
  return join(cache, "slipway", `kubernetes-${KUBERNETES_VERSION}-${process.arch}-${key}`);
}
