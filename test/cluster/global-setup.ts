import type { TestProject } from "vitest/node";
import { ensureOfflineImages, offlineImages } from "../../offline/images/index.ts";
import { type ClusterData, startCluster } from "../../offline/testing/cluster/index.ts";
import { say } from "../../ops/progress.ts";
import { chosenTools } from "../../ops/tools.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** For `new Cluster(inject("cluster"))`. */
    cluster: ClusterData;
  }
}

/**
 * Vitest calls this once before the first file of the cluster suite: one cluster for all files, which
 * therefore use namespaces of their own and leave the nodes alone. What it returns is called after the
 * last file.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startCluster(say);
  try {
    // Elsewhere the nodes pull them.
    if (chosenTools().images === "offline") {
      const { nginx, node, postgres, ingressController } = offlineImages;
      await ensureOfflineImages(say, undefined, [ingressController]);
      for (const image of [nginx, node, postgres, ingressController]) await cluster.load(image);
    }
  } catch (error) {
    await cluster.dispose();
    throw error;
  }
  project.provide("cluster", cluster.data);
  return () => cluster.dispose();
}
