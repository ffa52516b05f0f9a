import { join } from "node:path";
import { chosenTools } from "../../../ops/tools.ts";
import { ensureOfflineImages } from "../../images/index.ts";
import { baseReference } from "../../images/recipes.ts";
import { takeMachineLock } from "../../machine-lock.ts";
import { docker } from "./commands.ts";

export const NODE_IMAGE = "slipway-test/cluster-node:1";
/** What pods of the cluster's own programs are made from; the nodes' containerd knows it by this name. */
export const POD_IMAGE = "slipway-test/cluster-pod:1";

const LABEL = "slipway.test.cluster-image";

/** Builds the images of nodes and pods where they are not there yet or their recipe has changed. */
export async function buildClusterImages(report: (line: string) => void): Promise<void> {
  const release = await takeMachineLock("slipway-test-cluster-images");
  try {
    const base = await debianImage(report);
    await build("node", NODE_IMAGE, base);
    await build("pod", POD_IMAGE, base);
    // What had the tags before a change; what a cluster still runs on stays.
    await docker(["image", "prune", "--force", `--filter=label=${LABEL}`]);
  } finally {
    await release();
  }
}

async function build(target: string, reference: string, base: string): Promise<void> {
  await docker([
    ...["build", "--quiet", "--force-rm", `--target=${target}`, `--label=${LABEL}`],
    ...[`--build-arg=DEBIAN_IMAGE=${base}`, `--tag=${reference}`],
    join(import.meta.dirname, "node"),
  ]);
}

async function debianImage(report: (line: string) => void): Promise<string> {
  if (chosenTools().images === "official") return "debian:forky";
  await ensureOfflineImages(report);
  return baseReference;
}
