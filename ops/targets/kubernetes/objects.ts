import type { KubernetesObject } from "@kubernetes/client-node";
import { PROJECT } from "../../project.ts";
import type { LabelledThing } from "../target.ts";
import { KINDS, type Kind } from "./kinds.ts";
import { type Namespace, reached } from "./namespace.ts";

/** What is read of an object of any kind. */
interface StackObject extends KubernetesObject {
  readonly status?: { readonly readyReplicas?: number };
}

/** Kinds whose pods are to run. */
const WORKLOADS = ["Deployment", "StatefulSet"];

/** What of a stack is in the cluster, with the labels that say so. */
export async function objects(namespace: Namespace, stack: string): Promise<LabelledThing[]> {
  const lists = await Promise.all(KINDS.map((kind) => list(namespace, stack, kind)));
  return lists.flat();
}

async function list(
  { objects: api, name: namespace }: Namespace,
  stack: string,
  { apiVersion, kind, everywhere }: Kind,
): Promise<LabelledThing[]> {
  const labelSelector = `slipway.project=${PROJECT},slipway.stack=${stack}`;
  const where = everywhere === true ? undefined : namespace;
  const none = [undefined, undefined, undefined, undefined] as const;
  const { items } = await reached(() =>
    api.list<StackObject>(apiVersion, kind, where, ...none, labelSelector),
  );
  return items
    .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
    .map((object) => ({
      id: object.metadata?.uid ?? "",
      name: object.metadata?.name ?? "",
      kind: kind.toLowerCase(),
      role: kind === "PersistentVolumeClaim" || kind === "Namespace" ? "data" : "resource",
      runs: !WORKLOADS.includes(kind) || (object.status?.readyReplicas ?? 0) > 0,
      ...generationOf(object),
      remove: async () => {
        await api.delete({ ...object, apiVersion, kind });
      },
    }));
}

function generationOf({ metadata }: StackObject): { generation?: number } {
  const generation = metadata?.generation;
  return generation === undefined ? {} : { generation };
}
