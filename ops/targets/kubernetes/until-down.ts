import { AppsV1Api, type KubernetesObject } from "@kubernetes/client-node";
import { unlessHidden } from "../../../components/kubernetes/steps/connection.ts";
import { until } from "../../../components/kubernetes/steps/until.ts";
import { PROJECT } from "../../project.ts";
import { UserError } from "../../user-error.ts";
import { type Namespace, reached } from "./namespace.ts";

/** Longer than any pod of a stack is given to end (`drainSeconds` may be 600). */
const DELETION_SECONDS = 700;

/**
 * Waits until no Deployment and no StatefulSet is on its way out. Pulumi does not wait for those that Slipway's own
 * steps wait for, and an `up` that met one would write to an object that then goes.
 */
export async function untilDown(namespace: Namespace, stack: string): Promise<void> {
  const left = await until(
    () => reached(() => deletedWorkloads(namespace, stack)),
    (names) => names.length === 0,
    { seconds: DELETION_SECONDS, milliseconds: 1000 },
  );
  if (left.length === 0) return;
  throw new UserError(
    `${left.join(", ")} of ${stack} is still being deleted after ${DELETION_SECONDS} s. A node that does not answer ` +
      `is the usual reason: \`kubectl get pods -n ${namespace.name} -o wide\` shows which.`,
    1,
  );
}

/** By kind and name. None where the login may not look. */
async function deletedWorkloads({ config, name }: Namespace, stack: string): Promise<string[]> {
  const apps = config.makeApiClient(AppsV1Api);
  const labelSelector = `slipway.project=${PROJECT},slipway.stack=${stack}`;
  const of = { namespace: name, labelSelector };
  const [deployments, sets] = await Promise.all([
    unlessHidden(apps.listNamespacedDeployment(of)),
    unlessHidden(apps.listNamespacedStatefulSet(of)),
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
