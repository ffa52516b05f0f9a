import { type KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";
import type { ClusterStack } from "../stack/cluster-stack.ts";

interface Recorded {
  readonly type: string;
  readonly outputs?: KubernetesObject;
}

/** What the API server adds to an object by itself. */
const OF_THE_SERVER = [
  "creationTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];

/** Every object that is in a stack's state, as the cluster has it, without what the cluster says of it. */
export async function stackObjects(
  stack: Pick<ClusterStack, "clone" | "config">,
): Promise<KubernetesObject[]> {
  const { output } = await stack.clone.pulumi(["stack", "export"]);
  const resources: Recorded[] = JSON.parse(output.slice(output.indexOf("{"))).deployment.resources;
  const api = KubernetesObjectApi.makeApiClient(stack.config);
  const recorded = resources.filter(({ type }) => /^kubernetes:.+:/.test(type));
  return await Promise.all(
    recorded.map(async ({ outputs }) => {
      const { apiVersion = "", kind = "", metadata } = outputs ?? {};
      const header = { name: metadata?.name ?? "", namespace: metadata?.namespace ?? "" };
      return bare(await api.read({ apiVersion, kind, metadata: header }), { apiVersion, kind });
    }),
  );
}

/** A read object need not say its kind; and a word that TypeScript keeps for itself has another name in it. */
function bare(object: KubernetesObject, kind: KubernetesObject): KubernetesObject {
  const { status: _, ...rest }: KubernetesObject & { status?: unknown } = JSON.parse(
    JSON.stringify(object).replaceAll('"_from":', '"from":'),
  );
  const kept = Object.entries(rest.metadata ?? {}).filter(([key]) => !OF_THE_SERVER.includes(key));
  return { ...kind, ...rest, metadata: Object.fromEntries(kept) };
}
