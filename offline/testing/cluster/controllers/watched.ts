import { setTimeout as wait } from "node:timers/promises";
import {
  type Informer,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
  type ObjectCache,
} from "@kubernetes/client-node";

const RECONNECT_MS = 500;

/** All objects of a kind, kept up to date. */
export class Watched<T extends KubernetesObject> {
  readonly #informer: Informer<T> & ObjectCache<T>;
  #isStopped = false;

  constructor(
    config: KubeConfig,
    path: string,
    list: () => Promise<KubernetesListObject<T>>,
    onChange: () => void,
  ) {
    this.#informer = makeInformer(config, path, list);
    this.#informer.on("change", onChange);
    this.#informer.on("error", () => void this.#restart());
  }

  async start(): Promise<void> {
    await this.#informer.start();
  }

  all(): readonly T[] {
    return this.#informer.list();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#informer.stop();
  }

  /** The API server may have been away. */
  async #restart(): Promise<void> {
    await wait(RECONNECT_MS);
    if (!this.#isStopped) await this.#informer.start();
  }
}
