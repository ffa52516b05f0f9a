import type { Cluster } from "../components/kubernetes/cluster.ts";
import { ExistingCluster } from "../components/kubernetes/existing-cluster.ts";
import { roomFor } from "./kubernetes-capacity.ts";
import type { KubernetesSettings } from "./settings.ts";

/** The cluster that the settings name. The SDK of a cloud is loaded by those alone who use it. */
export async function kubernetesCluster(
  name: string,
  settings: KubernetesSettings,
): Promise<Cluster> {
  const { cluster, project, stack, kubeFiles: files, runStep } = settings;
  const { namespace, ingressClass, storageClass, database } = settings;
  switch (cluster.kind) {
    case "existing": {
      const claim = database.kind === "container";
      const certManager = settings.ingress.tls.kind === "acme";
      const uses = { ingressClass, storageClass, claim, certManager };
      const needs = { project, stack, namespace, ...uses, room: roomFor(settings) };
      return new ExistingCluster(name, { ...cluster, files, needs, runStep });
    }
    case "gke": {
      const { GkeCluster } = await import("../components/google/gke-cluster.ts");
      return new GkeCluster(name, { ...cluster, owner: { project, stack }, files, runStep });
    }
  }
}
