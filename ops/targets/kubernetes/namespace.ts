import {
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  type V1ContainerStatus,
  type V1Pod,
} from "@kubernetes/client-node";
import { reasonOf } from "../../../components/kubernetes/steps/connection.ts";
import { isPodReady } from "../../../components/kubernetes/steps/pods.ts";
import { UserError } from "../../user-error.ts";

/** The namespace of a stack, and who it is reached as. */
export class Namespace {
  readonly name: string;
  readonly config: KubeConfig;
  readonly core: CoreV1Api;
  readonly objects: KubernetesObjectApi;

  /** @param kubeconfig its text. */
  constructor(kubeconfig: string, name: string) {
    this.name = name;
    this.config = new KubeConfig();
    this.config.loadFromString(kubeconfig);
    this.core = this.config.makeApiClient(CoreV1Api);
    this.objects = KubernetesObjectApi.makeApiClient(this.config);
  }

  /** Those that are not on their way out, of a role or of all. */
  async pods(role?: string): Promise<V1Pod[]> {
    const labelSelector = role === undefined ? "slipway.role" : `slipway.role=${role}`;
    const { items } = await reached(() =>
      this.core.listNamespacedPod({ namespace: this.name, labelSelector }),
    );
    return items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  }

  /** One that answers. */
  async readyPod(role: string, missing: string): Promise<V1Pod> {
    const pod = (await this.pods(role)).find(isPodReady);
    if (pod === undefined) throw new UserError(missing);
    return pod;
  }
}

export const nameOf = ({ metadata }: V1Pod): string => metadata?.name ?? "";

export const containersOf = ({ status }: V1Pod): readonly V1ContainerStatus[] =>
  status?.containerStatuses ?? [];

/** A cluster that can't be reached is for the user to mend, and no fault of the program. */
export async function reached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!isOfCluster(error)) throw error;
    throw new UserError(
      `The cluster did not answer as it should (slipway:kubeconfig): ${reasonOf(error)}`,
    );
  }
}

/** Refuses this login, has too much to do, stumbles, is not reached, or is none. */
function isOfCluster(error: Error): boolean {
  const { code, cause } = error as Error & { readonly code?: unknown };
  if (typeof code === "number") return [401, 403, 429].includes(code) || code >= 500;
  return typeof code === "string" || cause instanceof Error || error instanceof SyntaxError;
}
