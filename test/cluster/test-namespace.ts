import { randomBytes } from "node:crypto";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import {
  AppsV1Api,
  CoreV1Api,
  Exec,
  type KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  type V1Pod,
  type V1Status,
} from "@kubernetes/client-node";
import { until } from "../e2e/until.ts";

/** A namespace of one test, with the few things that tests of the cluster ask of it. */
export class TestNamespace {
  readonly name = `test-${randomBytes(4).toString("hex")}`;
  readonly core: CoreV1Api;
  readonly #config: KubeConfig;

  private constructor(config: KubeConfig) {
    this.#config = config;
    this.core = config.makeApiClient(CoreV1Api);
  }

  static async make(
    config: KubeConfig,
    labels: Readonly<Record<string, string>> = {},
  ): Promise<TestNamespace> {
    const namespace = new TestNamespace(config);
    await namespace.core.createNamespace({ body: { metadata: { name: namespace.name, labels } } });
    return namespace;
  }

  async create(...objects: readonly KubernetesObject[]): Promise<void> {
    const api = KubernetesObjectApi.makeApiClient(this.#config);
    for (const { metadata, ...object } of objects) {
      await api.create({ ...object, metadata: { ...metadata, namespace: this.name } });
    }
  }

  async untilDeploymentReady(name: string): Promise<void> {
    const apps = this.#config.makeApiClient(AppsV1Api);
    const isReady = async () => {
      const { spec, status } = await apps.readNamespacedDeployment({ name, namespace: this.name });
      return status?.readyReplicas === spec?.replicas;
    };
    await until(isReady, `the Deployment ${name} is ready`);
  }

  async untilPodReady(name: string): Promise<V1Pod> {
    let pod: V1Pod | undefined;
    const isReady = async () => {
      pod = await this.core.readNamespacedPod({ name, namespace: this.name });
      return pod.status?.containerStatuses?.every(({ ready }) => ready) ?? false;
    };
    await until(isReady, `the pod ${name} is ready`);
    return pod as unknown as V1Pod;
  }

  async loadBalancerAddress(service: string): Promise<string> {
    let address: string | undefined;
    const hasAddress = async () => {
      const { status } = await this.core.readNamespacedService({
        name: service,
        namespace: this.name,
      });
      address = status?.loadBalancer?.ingress?.[0]?.ip;
      return address !== undefined;
    };
    await until(hasAddress, `the Service ${service} has an address`);
    return `${address}`;
  }

  /** Runs a shell's command in a pod and returns what it printed. */
  async run(pod: string, command: string): Promise<string> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const printed = Promise.all([text(stdout), text(stderr)]);
    const status = await new Promise<V1Status>((ended, failed) => {
      const exec = new Exec(this.#config);
      const words = ["sh", "-c", command];
      exec.exec(this.name, pod, "", words, stdout, stderr, null, false, ended).catch(failed);
    });
    stdout.end();
    stderr.end();
    const [out, error] = await printed;
    if (status.status !== "Success") {
      throw new Error(`\`${command}\` failed in the pod ${pod}: ${status.message}\n${error}`);
    }
    return out.trim();
  }

  async remove(): Promise<void> {
    await this.core.deleteNamespace({ name: this.name });
  }
}
