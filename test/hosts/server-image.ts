import { join } from "node:path";
import { ensureOfflineImages } from "../../offline/images/index.ts";
import { baseReference } from "../../offline/images/recipes.ts";
import { takeMachineLock } from "../../offline/machine-lock.ts";
import { chosenTools } from "../../ops/tools.ts";
import { succeed } from "./succeed.ts";

/** A fresh Debian with SSH, one on which a Docker Engine runs as well, or one with cloud-init. */
export type Variant = "bare" | "docker" | "cloud";

const LABEL = "slipway.test.server";

/** The image of a server, built where it is not there yet or its recipe has changed. */
export async function buildServerImage(variant: Variant): Promise<string> {
  const release = await takeMachineLock("slipway-test-server-image");
  try {
    return await build(variant);
  } finally {
    await release();
  }
}

async function build(variant: Variant): Promise<string> {
  const reference = `slipway-test/server:${variant}`;
  await succeed("docker", [
    "build",
    "--quiet",
    "--force-rm",
    `--target=${variant}`,
    `--build-arg=DEBIAN_IMAGE=${await debianImage()}`,
    `--label=${LABEL}`,
    `--tag=${reference}`,
    join(import.meta.dirname, "machine"),
  ]);
  // What had the tag before a change; one that a server still runs on stays.
  await succeed("docker", ["image", "prune", "--force", `--filter=label=${LABEL}`]);
  return reference;
}

async function debianImage(): Promise<string> {
  if (chosenTools().images === "official") return "debian:forky";
  await ensureOfflineImages(() => undefined);
  return baseReference;
}
