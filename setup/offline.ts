// The one place where the product asks for its stand-ins.

import { join } from "node:path";
import * as offline from "@slipway/offline";
import { say, step } from "../ops/progress.ts";
import { cliFolder, PULUMI_VERSION, pulumiHome } from "../ops/tools.ts";
import { UserError } from "../ops/user-error.ts";
import { installPackages } from "./packages.ts";
import { run } from "./run.ts";

export { offlineImages } from "@slipway/offline";

/** @throws UserError when Pulumi has to be built and can't be. */
export async function checkCanBuildPulumi(): Promise<void> {
  if (offline.isEngineBuilt(PULUMI_VERSION) || (await run("go", ["version"])).code === 0) return;
  throw new UserError(
    "Go is missing. Pulumi has to be built here, because get.pulumi.com can't be reached, and that " +
      "needs Go 1.25.11 or newer. Install it from https://go.dev/dl/ or your package manager, " +
      "see that `go version` answers, and run this command again.",
  );
}

/** Builds Pulumi, once for this user, and puts it and its plugins where this clone looks for them. */
export async function ensureOfflinePulumi(): Promise<void> {
  await explained(() =>
    offline.ensureEngine(PULUMI_VERSION, join(cliFolder("offline"), "bin"), step),
  );
  offline.linkPlugins(pulumiHome("offline"));
}

/** Sees to it that the engine has the images of the sample app. */
export async function ensureOfflineImages(): Promise<void> {
  await explained(() => offline.ensureOfflineImages(say, ensureDebootstrap));
}

async function explained(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { message, cause } = error as Error;
    const { CommandFailed } = offline;
    if (!(error instanceof CommandFailed || cause instanceof CommandFailed)) throw error;
    throw new UserError(`${message}\nMend that and run this command again.`, 1);
  }
}

async function ensureDebootstrap(): Promise<void> {
  if ((await run("sh", ["-c", "command -v debootstrap"])).code === 0) return;
  await installPackages(["debootstrap"], "Making images without Docker Hub");
}
