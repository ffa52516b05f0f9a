import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { until } from "./until.ts";

export interface ExternalResourcesArgs {
  readonly project: string;
  readonly stack: string;
}

/** How long the API server may take for an answer. */
const ANSWER_SECONDS = 20;
const POLL_MILLISECONDS = 1000;

/** What a stack has in a cluster that stands for something outside of it. */
export class ExternalResources {
  readonly #core: CoreV1Api;
  readonly #labelSelector: string;

  constructor(config: KubeConfig, { project, stack }: ExternalResourcesArgs) {
    this.#core = config.makeApiClient(CoreV1Api);
    this.#labelSelector = `slipway.project=${project},slipway.stack=${stack}`;
  }

  /** Asks the API server, once. @throws when it does not answer, or lets nobody in. */
  async find(): Promise<readonly string[]> {
    const deadline = AbortSignal.timeout(ANSWER_SECONDS * 1000);
    const late = new Promise<never>((_, fail) =>
      deadline.addEventListener("abort", () => fail(new Error(`no answer in ${ANSWER_SECONDS} s`))),
    );
    return await Promise.race([this.#loadBalancers(), late]);
  }

  /** @returns what is still there at the end. */
  async removeLoadBalancers(seconds: number): Promise<readonly string[]> {
    for (const name of await this.#loadBalancers()) {
      const [namespace = "", service = ""] = name.split("/");
      await this.#core.deleteNamespacedService({ namespace, name: service });
    }
    return await left(() => this.#loadBalancers(), seconds);
  }

  /** Namespaces go with all that is in them. @returns what is still there at the end. */
  async removeAll(seconds: number): Promise<readonly string[]> {
    const namespaces = await this.#namespaces();
    for (const name of namespaces) await this.#core.deleteNamespace({ name });
    const isOurs = (namespace: string | undefined) => namespaces.includes(namespace ?? "");
    return await left(async () => {
      const { items } = await this.#core.listPersistentVolume();
      const disks = items.filter(
        ({ spec }) =>
          spec?.persistentVolumeReclaimPolicy === "Delete" && isOurs(spec.claimRef?.namespace),
      );
      return [...(await this.#namespaces()), ...disks.map(({ metadata }) => metadata?.name ?? "")];
    }, seconds);
  }

  /** Each as `NAMESPACE/NAME`. */
  async #loadBalancers(): Promise<string[]> {
    const { items } = await this.#core.listServiceForAllNamespaces({
      labelSelector: this.#labelSelector,
    });
    return items
      .filter(({ spec }) => spec?.type === "LoadBalancer")
      .map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`);
  }

  async #namespaces(): Promise<string[]> {
    const { items } = await this.#core.listNamespace({ labelSelector: this.#labelSelector });
    return items.map(({ metadata }) => metadata?.name ?? "");
  }
}

async function left(
  find: () => Promise<readonly string[]>,
  seconds: number,
): Promise<readonly string[]> {
  const patience = { seconds, milliseconds: POLL_MILLISECONDS };
  return await until(find, (found) => found.length === 0, patience);
}
