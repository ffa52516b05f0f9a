import { Readable } from "node:stream";
import { type KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";
import { execPrinted } from "../../../components/kubernetes/steps/exec.ts";
import type { ClusterStack } from "./cluster-stack.ts";

/** What a stack has in its namespace, but for the objects that are there to hold secrets. */
const OPEN_KINDS = [
  ["v1", "Pod"],
  ["v1", "ConfigMap"],
  ["v1", "Event"],
  ["v1", "Service"],
  ["v1", "ServiceAccount"],
  ["apps/v1", "Deployment"],
  ["apps/v1", "ReplicaSet"],
  ["apps/v1", "StatefulSet"],
  ["batch/v1", "Job"],
  ["networking.k8s.io/v1", "Ingress"],
] as const;

const CLUSTER_WIDE = [
  ["v1", "Namespace"],
  ["v1", "PersistentVolume"],
  ["networking.k8s.io/v1", "IngressClass"],
  ["rbac.authorization.k8s.io/v1", "ClusterRole"],
  ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding"],
] as const;

/** Everything in a stack's namespace that whoever looks at it may read, by kind. */
export async function openObjects(stack: ClusterStack): Promise<Record<string, string>> {
  const api = KubernetesObjectApi.makeApiClient(stack.config);
  const found = OPEN_KINDS.map(async ([version, kind]) => {
    const { items } = await api.list<KubernetesObject>(version, kind, stack.namespace);
    return [kind, JSON.stringify(items)] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

/** What in the cluster, outside of any namespace, speaks of a stack. */
export async function clusterWideObjects(stack: ClusterStack): Promise<string[]> {
  const api = KubernetesObjectApi.makeApiClient(stack.config);
  const found = CLUSTER_WIDE.map(async ([version, kind]) => {
    const { items } = await api.list<KubernetesObject>(version, kind);
    return items
      .filter((item) => JSON.stringify(item).includes(stack.clone.stack))
      .map(({ metadata }) => `${kind} ${metadata?.name}`);
  });
  return (await Promise.all(found)).flat().sort();
}

/** What the containers of a stack have said, those that ended before included. */
export async function logsOf(stack: ClusterStack): Promise<string> {
  const { items } = await stack.core.listNamespacedPod({ namespace: stack.namespace });
  const logs = items.flatMap(({ metadata, spec }) =>
    [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name: container }) =>
      stack.core
        .readNamespacedPodLog({
          namespace: stack.namespace,
          name: metadata?.name ?? "",
          container,
        })
        // One that is on its way out may have none any more.
        .catch(() => ""),
    ),
  );
  return (await Promise.all(logs)).join("\n");
}

/** Whether a role gets into the stack's database over TCP, with this password. */
export async function logsIn(
  stack: ClusterStack,
  role: string,
  password: string,
): Promise<boolean> {
  // What a process of a pod is given as an argument, this machine shows to everybody.
  const command = `IFS= read -r PGPASSWORD && export PGPASSWORD && psql -qX -h 127.0.0.1 -U ${role} -d app -c "SELECT 1"`;
  const where = { namespace: stack.namespace, pod: "database-0", container: "postgres" };
  try {
    await execPrinted(stack.config, where, ["sh", "-c", command], Readable.from([`${password}\n`]));
    return true;
  } catch (error) {
    if (String(error).includes("password authentication failed")) return false;
    throw error;
  }
}
