import { AppsV1Api, CoreV1Api, type V1Pod } from "@kubernetes/client-node";
import { expect } from "vitest";
import type { Ended } from "../../e2e/clone.ts";
import { ask } from "../../e2e/conduit-client.ts";
import { RequestLoop } from "../../e2e/request-loop.ts";
import { type SmallApp, writeSmallApp } from "../../e2e/small-app.ts";
import { until } from "../../e2e/until.ts";
import { ClusterStack } from "../stack/cluster-stack.ts";

type Settings = Record<string, string | undefined>;

/** Lines at the end of an output in which a person looks for the cause. */
const LAST_LINES = 60;

/** A stack on a cluster with an app of a few lines, to which a release of any badness is given. */
export class FailingStack {
  readonly stack: ClusterStack;
  readonly core: CoreV1Api;
  readonly #apps: AppsV1Api;
  #images = 0;

  private constructor(stack: ClusterStack) {
    this.stack = stack;
    this.core = stack.config.makeApiClient(CoreV1Api);
    this.#apps = stack.config.makeApiClient(AppsV1Api);
  }

  static async make(settings: Record<string, string> = {}): Promise<FailingStack> {
    return new FailingStack(await ClusterStack.make(settings));
  }

  get namespace(): string {
    return this.stack.namespace;
  }

  /** Pushes an app that is unlike all before; @returns its reference. */
  async image(app: SmallApp = {}): Promise<string> {
    this.#images += 1;
    const name = `image-${this.#images}`;
    writeSmallApp(this.stack.clone, { ...app, build: [`ENV NAME=${name}`, ...(app.build ?? [])] });
    return await this.stack.push("small", name);
  }

  /** Releases what is good, and sees it answer. */
  async release(image: string, settings: Settings = {}): Promise<void> {
    await this.stack.up({ image, ...settings });
    expect(await this.serving()).toBe(image);
  }

  /**
   * Tries a release that has to fail: under a light load that must not notice, with the release that was live
   * before alone at the end.
   *
   * @returns the last lines of what was printed, above the engine's list of outputs.
   */
  async failingRelease(settings: Settings): Promise<string> {
    const before = await this.serving();
    const { ended, images } = await this.#underLoad(() => this.stack.tryUp(settings));

    expect(ended.code, ended.output).not.toBe(0);
    expect(images[0]).toBe(before);
    await this.expectLive(before);
    const [said = ""] = ended.output.split(/^Outputs:$/m);
    return said.trimEnd().split("\n").slice(-LAST_LINES).join("\n");
  }

  /** The image that answers through the load balancer. */
  async serving(): Promise<string> {
    return (await ask(this.stack.url, "/version")).image;
  }

  /** That an image answers, is what the Deployment is made from, and that there are no other pods. */
  async expectLive(image: string): Promise<void> {
    // The other replica of the ingress controller hears of it a moment later.
    await until(async () => (await this.serving()) === image, `${image} answers`);
    const where = { namespace: this.namespace, name: "web" };
    const { spec } = await this.#apps.readNamespacedDeployment(where);
    expect(spec?.template.spec?.containers[0]?.image).toBe(image);
    await until(async () => {
      const pods = await this.pods("web");
      return pods.length === (spec?.replicas ?? 1) && pods.every((pod) => isReadyWith(pod, image));
    }, `only pods of ${image} are there`);
  }

  async pods(role: string): Promise<V1Pod[]> {
    const { items } = await this.core.listNamespacedPod({
      namespace: this.namespace,
      labelSelector: `slipway.role=${role}`,
    });
    return items;
  }

  async remove(): Promise<void> {
    await this.stack.remove();
  }

  async #underLoad(work: () => Promise<Ended>): Promise<{ ended: Ended; images: string[] }> {
    const request = { name: "version", path: "/version", status: 200, perSecond: 10 };
    const loop = new RequestLoop(this.stack.url, [request]);
    const [end] = await Promise.allSettled([work()]);
    const { answers, failures } = await loop.finish();
    if (end.status === "rejected") throw end.reason;
    expect(failures).toEqual([]);
    return { ended: end.value, images: answers.map(({ body }) => JSON.parse(body).image) };
  }
}

function isReadyWith({ spec, status }: V1Pod, image: string): boolean {
  const ready = status?.conditions?.some(
    ({ type, status: is }) => type === "Ready" && is === "True",
  );
  return spec?.containers[0]?.image === image && ready === true;
}
