import { AppsV1Api, type KubeConfig, type KubernetesObject } from "@kubernetes/client-node";
import { unlessHidden } from "./connection.ts";

interface StackPlace {
  readonly project: string;
  readonly stack: string;
  readonly namespace: string;
}

/** What of a stack has pods and is on its way out, by kind and name. None where the login may not look. */
export async function deletedWorkloads(
  config: KubeConfig,
  { project, stack, namespace }: StackPlace,
): Promise<string[]> {
  const apps = config.makeApiClient(AppsV1Api);
  const labelSelector = `slipway.project=${project},slipway.stack=${stack}`;
  const [deployments, sets] = await Promise.all([
    unlessHidden(apps.listNamespacedDeployment({ namespace, labelSelector })),
    unlessHidden(apps.listNamespacedStatefulSet({ namespace, labelSelector })),
  ]);
  return [
    ...namesOfDeleted("deployment", deployments?.items),
    ...namesOfDeleted("statefulset", sets?.items),
  ];
}

function namesOfDeleted(kind: string, items: readonly KubernetesObject[] = []): string[] {
  return items
    .filter(({ metadata }) => metadata?.deletionTimestamp !== undefined)
    .map(({ metadata }) => `${kind} ${metadata?.name}`);
}
