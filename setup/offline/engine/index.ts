import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { step } from "../../../ops/progress.ts";
import { cliFolder, PULUMI_VERSION } from "../../../ops/tools.ts";
import { UserError } from "../../../ops/user-error.ts";
import { lastLines, run } from "../../run.ts";
import { writeNodeCommand } from "../node-command.ts";

const HERE = import.meta.dirname;
const COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
/** Set by the linker in releases too; the Automation API refuses a CLI that does not know its version. */
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** Builds the Pulumi CLI once for the user, and puts it where this clone looks for it. */
export async function ensureOfflineEngine(): Promise<void> {
  const built = await build();
  const folder = join(cliFolder("offline"), "bin");
  mkdirSync(folder, { recursive: true });
  place(built, join(folder, "pulumi"));
  // The engine finds the language host beside its own binary.
  writeNodeCommand(
    join(folder, "pulumi-language-nodejs"),
    join(HERE, "..", "language-host", "main.ts"),
  );
}

/** @throws UserError when it has to be built and can't be. */
export async function checkCanHaveEngine(): Promise<void> {
  if (existsSync(builtEngine()) || (await run("go", ["version"])).code === 0) return;
  throw new UserError(
    "Go is missing. Pulumi has to be built here, because get.pulumi.com can't be reached, and that " +
      "needs Go 1.25.11 or newer. Install it from https://go.dev/dl/ or your package manager, " +
      "see that `go version` answers, and run this command again.",
  );
}

const builtEngine = () => join(cacheFolder(), "pulumi");

async function build(): Promise<string> {
  const target = builtEngine();
  if (existsSync(target)) return target;
  await step(`Building Pulumi ${PULUMI_VERSION} with Go, once for this user (some minutes)`, () =>
    compile(target),
  );
  return target;
}

async function compile(target: string): Promise<void> {
  mkdirSync(cacheFolder(), { recursive: true });
  const unfinished = `${target}.${process.pid}`;
  const flags = `-ldflags=-s -w -X ${VERSION_VARIABLE}=v${PULUMI_VERSION}`;
  const args = ["build", "-mod=readonly", "-trimpath", flags, "-o", unfinished, COMMAND];
  const result = await run("go", args, { cwd: HERE, env: { CGO_ENABLED: "0" } });
  if (result.code !== 0) {
    rmSync(unfinished, { force: true });
    throw new UserError(
      `Go could not build Pulumi:\n${lastLines(result)}\nMend that and run this command again.`,
      1,
    );
  }
  // Under its name only when it is whole, so that an interrupted build is never taken for one.
  renameSync(unfinished, target);
}

function cacheFolder(): string {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const key = createHash("sha256")
    .update(readFileSync(join(HERE, "go.sum")))
    .digest("hex");
  return join(cache, "slipway", `pulumi-${PULUMI_VERSION}-${process.arch}-${key.slice(0, 12)}`);
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
