import type { V1Namespace } from "@kubernetes/client-node";
import { PROJECT } from "../../project.ts";
import type { LabelledStack } from "../target.ts";
import { type Namespace, reached } from "./namespace.ts";

/** The other stacks of the project in the cluster: each is all in its namespace, and goes with it. */
export async function otherStacks(namespace: Namespace, own: string): Promise<LabelledStack[]> {
  const { core } = namespace;
  const labelSelector = `slipway.project=${PROJECT}`;
  const { items } = await reached(() => core.listNamespace({ labelSelector }));
  return items
    .filter((one) => stackOf(one) !== own && one.metadata?.deletionTimestamp === undefined)
    .map((one) => {
      const name = one.metadata?.name ?? "";
      return {
        stack: stackOf(one),
        things: [{ kind: "namespace", name }],
        remove: async () => {
          await reached(() => core.deleteNamespace({ name }));
        },
      };
    });
}

const stackOf = ({ metadata }: V1Namespace) => metadata?.labels?.["slipway.stack"] ?? "";
