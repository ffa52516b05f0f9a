import type { Cluster } from "../components/kubernetes/cluster.ts";
import { ExistingCluster } from "../components/kubernetes/existing-cluster.ts";
import type { KubernetesSettings } from "./settings.ts";

/** The cluster that the settings name. */
export function kubernetesCluster(name: string, settings: KubernetesSettings): Cluster {
  const { cluster, kubeFiles } = settings;
  switch (cluster.kind) {
    case "existing":
      return new ExistingCluster(name, { ...cluster, files: kubeFiles });
  }
}
