import { isDeepStrictEqual } from "node:util";
import {
  AppsV1Api,
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Deployment,
  type V1Pod,
  type V1PodTemplateSpec,
} from "@kubernetes/client-node";
import { explainPods, podsOf, setsOf } from "./pods.ts";
import { RolloutFailureWatch } from "./rollout-failure.ts";
import { until } from "./until.ts";

/** A Deployment, and what its release makes of it. */
export interface Rolled {
  readonly name: string;
  /** What its pods are made from, as the cluster has it. */
  readonly template: V1PodTemplateSpec;
}

interface Progress {
  readonly complete: boolean;
  readonly trouble: string | undefined;
  /** Those that are not there yet. */
  readonly pods: readonly V1Pod[];
}

const POLL_MILLISECONDS = 500;
/** The cluster's own label, by which it tells the pods of one template from those of others. */
const HASH = "pod-template-hash";

/** The Deployments of a namespace, and what is made of them. */
export class Deployments {
  readonly #apps: AppsV1Api;
  readonly #core: CoreV1Api;
  readonly #namespace: string;

  constructor(config: KubeConfig, namespace: string) {
    this.#apps = config.makeApiClient(AppsV1Api);
    this.#core = config.makeApiClient(CoreV1Api);
    this.#namespace = namespace;
  }

  /** One after the other; @returns what is wrong, or undefined once all pods are as they should be, and ready. */
  async bringAbout(all: readonly Rolled[]): Promise<string | undefined> {
    for (const rolled of all) {
      const trouble = await this.#bringOneAbout(rolled);
      if (trouble !== undefined) return trouble;
    }
    return undefined;
  }

  /** What a release that was verified is made from; @returns what to say of it. */
  async putBack(verified: readonly Rolled[]): Promise<string> {
    const trouble = await this.bringAbout(verified);
    return trouble === undefined
      ? "The last verified release is back."
      : `The last verified release could not be put back: ${trouble}`;
  }

  /** Pods of a Deployment's present template. */
  async pods(name: string): Promise<V1Pod[]> {
    return await podsOf(this.#core, this.#apps, await this.#read(name));
  }

  /** What pods that are at work were made from before the present template; undefined where none are. */
  async atWorkBefore(name: string): Promise<Rolled | undefined> {
    const sets = await setsOf(this.#apps, await this.#read(name));
    const [, ...before] = sets;
    const set = before.find(({ status }) => (status?.availableReplicas ?? 0) > 0);
    const template = set?.spec?.template;
    if (template === undefined) return undefined;
    const { [HASH]: _, ...labels } = template.metadata?.labels ?? {};
    return { name, template: { ...template, metadata: { ...template.metadata, labels } } };
  }

  async #bringOneAbout(rolled: Rolled): Promise<string | undefined> {
    await this.#setTemplate(rolled);
    const watch = new RolloutFailureWatch();
    // The cluster itself says when a Deployment has had its time.
    const patience = { milliseconds: POLL_MILLISECONDS };
    const { trouble, pods } = await until(
      () => this.#progress(rolled.name, watch),
      (seen) => seen.complete || seen.trouble !== undefined,
      patience,
    );
    if (trouble === undefined) return undefined;
    return `${trouble}\n${await explainPods(this.#core, pods)}`;
  }

  async #progress(name: string, watch: RolloutFailureWatch): Promise<Progress> {
    const deployment = await this.#read(name);
    if (isComplete(deployment)) return { complete: true, trouble: undefined, pods: [] };
    const pods = await podsOf(this.#core, this.#apps, deployment);
    const trouble = isObserved(deployment) ? watch.troubleOf(deployment, pods) : undefined;
    return { complete: false, trouble, pods };
  }

  /** A try before may have put another one back. */
  async #setTemplate({ name, template }: Rolled): Promise<void> {
    const { spec } = await this.#read(name);
    if (isDeepStrictEqual(plain(spec?.template), plain(template))) return;
    const body = [{ op: "replace", path: "/spec/template", value: template }];
    await this.#apps.patchNamespacedDeployment(
      { namespace: this.#namespace, name, body },
      setHeaderOptions("Content-Type", PatchStrategy.JsonPatch),
    );
  }

  async #read(name: string): Promise<V1Deployment> {
    return await this.#apps.readNamespacedDeployment({ namespace: this.#namespace, name });
  }
}

/** Until then its conditions are about the template before. */
function isObserved({ metadata, status }: V1Deployment): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
}

function isComplete(deployment: V1Deployment): boolean {
  const { spec, status } = deployment;
  const wanted = spec?.replicas ?? 1;
  return (
    isObserved(deployment) &&
    status?.updatedReplicas === wanted &&
    status.replicas === wanted &&
    status.availableReplicas === wanted
  );
}

/** As JSON says it: without what is undefined, and times as text. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
