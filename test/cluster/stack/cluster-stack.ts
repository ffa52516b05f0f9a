import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { inject } from "vitest";
import { execPrinted } from "../../../components/kubernetes/steps/exec.ts";
import { offlineImages } from "../../../offline/images/index.ts";
import { Cluster } from "../../../offline/testing/cluster/index.ts";
import { chosenTools } from "../../../ops/tools.ts";
import { Clone, docker, type Ended } from "../../e2e/clone.ts";
import { setConfig } from "../../e2e/config.ts";
import { Forwarder } from "./forwarder.ts";

/** A clone whose stack is on the cluster of the tests, in a namespace of its own. */
export class ClusterStack {
  readonly clone: Clone;
  readonly cluster = new Cluster(inject("cluster"));
  readonly config = new KubeConfig();
  readonly core: CoreV1Api;
  /** What commands on the stack have printed. */
  readonly printed: string[] = [];
  #forwarder: Forwarder | undefined;

  private constructor(clone: Clone) {
    this.clone = clone;
    this.config.loadFromString(this.cluster.kubeconfig);
    this.core = this.config.makeApiClient(CoreV1Api);
  }

  static async make(settings: Record<string, string> = {}): Promise<ClusterStack> {
    const clone = await Clone.make();
    const { postgres, nginx, ingressController } = offlineImages;
    const images = { postgres, nginx, ingressController };
    setConfig(clone, {
      httpPort: undefined,
      target: "kubernetes",
      domain: "localhost",
      drainSeconds: "10",
      ...(chosenTools().images === "offline" ? { images: JSON.stringify(images) } : {}),
      ...settings,
    });
    const stack = new ClusterStack(clone);
    // Makes tools, stack and secrets, and goes no further: the cluster is not named yet.
    const { output } = await clone.slipway(["start"]);
    if (!output.includes("slipway:kubeconfig is missing")) throw new Error(output);
    await clone.setSecret("kubeconfig", stack.cluster.kubeconfig);
    return stack;
  }

  get namespace(): string {
    return `slipway-${this.clone.stack}`;
  }

  /** The load balancer's address. */
  get address(): string {
    return this.#there.host;
  }

  /**
   * Where the app is reached, once it is up: a name that leads to this machine, and from here to the load
   * balancer, so that whoever asks needs no name server.
   */
  get url(): string {
    return `http://localhost:${this.#there.port}`;
  }

  get #there(): Forwarder {
    if (this.#forwarder === undefined) throw new Error("The stack is not up yet.");
    return this.#forwarder;
  }

  /** Builds a folder of the clone, and pushes it; @returns the reference by digest. */
  async push(folder: string, commit = "test"): Promise<string> {
    const local = `slipway-cluster-test/${this.clone.stack}:${commit}`;
    const { node, python } = offlineImages;
    const bases =
      chosenTools().images === "offline" ? { NODE_IMAGE: node, PYTHON_IMAGE: python } : {};
    const values = Object.entries({ ...bases, COMMIT: commit });
    const built = values.flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]);
    docker("build", "--quiet", "--tag", local, ...built, `${this.clone.folder}/${folder}`);
    try {
      return await this.cluster.registry.push(local, this.clone.stack);
    } finally {
      docker("image", "rm", "--no-prune", local);
    }
  }

  /** What a person types; @returns what was printed, and fails when the command does. */
  async up(settings: Record<string, string | undefined> = {}): Promise<string> {
    const { code, output } = await this.tryUp(settings);
    if (code !== 0) throw new Error(output);
    return output;
  }

  async tryUp(settings: Record<string, string | undefined> = {}): Promise<Ended> {
    setConfig(this.clone, settings);
    const ended = await this.pulumi("up", "--yes", "--skip-preview");
    if (ended.code === 0) await this.#forward();
    return ended;
  }

  async pulumi(...args: string[]): Promise<Ended> {
    return this.#noted(await this.clone.pulumi(args));
  }

  /** `./slipway VERB -s STACK ARGS`; fails when the command does. */
  async verb(verb: string, ...args: string[]): Promise<string> {
    const { code, output } = await this.tryVerb(verb, ...args);
    if (code !== 0) throw new Error(output);
    return output;
  }

  async tryVerb(verb: string, ...args: string[]): Promise<Ended> {
    return this.#noted(await this.clone.slipway([verb, "-s", this.clone.stack, ...args]));
  }

  async sql(query: string): Promise<string[]> {
    return (await this.verb("psql", "--", "-Atc", query)).split("\n").filter(Boolean);
  }

  async secret(key: string): Promise<string> {
    return (await this.clone.pulumi(["config", "get", key])).output.replace(/\n$/, "");
  }

  /** Names of the pods with a role that are not on their way out. */
  async pods(role: string): Promise<string[]> {
    const labelSelector = `slipway.role=${role}`;
    const { items } = await this.core.listNamespacedPod({
      namespace: this.namespace,
      labelSelector,
    });
    return items
      .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata?.name ?? "");
  }

  /** What a shell's command prints in a pod; fails when the command does. */
  async exec(pod: string, container: string, command: string): Promise<string> {
    const where = { namespace: this.namespace, pod, container };
    return (await execPrinted(this.config, where, ["sh", "-c", command])).trim();
  }

  #noted(ended: Ended): Ended {
    this.printed.push(ended.output);
    return ended;
  }

  /** Removes the stack with its data, and the folder. */
  async remove(): Promise<void> {
    await this.#forwarder?.close();
    await this.clone.remove();
  }

  async #forward(): Promise<void> {
    const { output } = await this.clone.pulumi(["stack", "output", "dns", "--json"]);
    const [record] = JSON.parse(output);
    await this.#forwarder?.close();
    this.#forwarder = await Forwarder.open(record.value, 80);
  }
}
