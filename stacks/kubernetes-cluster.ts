import type { Cluster } from "../components/kubernetes/cluster.ts";
import { ExistingCluster } from "../components/kubernetes/existing-cluster.ts";
import type { KubernetesSettings } from "./settings.ts";

/** The cluster that the settings name. The SDK of a cloud is loaded by those alone who use it. */
export async function kubernetesCluster(
  name: string,
  { cluster, project, stack, kubeFiles: files }: KubernetesSettings,
): Promise<Cluster> {
  switch (cluster.kind) {
    case "existing":
      return new ExistingCluster(name, { ...cluster, files });
    case "gke": {
      const { GkeCluster } = await import("../components/kubernetes/gke-cluster.ts");
      return new GkeCluster(name, { ...cluster, owner: { project, stack }, files });
    }
  }
}
