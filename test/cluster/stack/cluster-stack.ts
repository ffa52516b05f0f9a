import { KubeConfig } from "@kubernetes/client-node";
import { inject } from "vitest";
import { chosenTools } from "../../../ops/tools.ts";
import { Cluster } from "../../../setup/offline/cluster/index.ts";
import { offlineImages } from "../../../setup/offline/images/index.ts";
import { Clone, docker, type Ended } from "../../e2e/clone.ts";
import { setConfig } from "../../e2e/config.ts";
import { Forwarder } from "./forwarder.ts";

/** A clone whose stack is on the cluster of the tests, in a namespace of its own. */
export class ClusterStack {
  readonly clone: Clone;
  readonly cluster = new Cluster(inject("cluster"));
  readonly config = new KubeConfig();
  #forwarder: Forwarder | undefined;

  private constructor(clone: Clone) {
    this.clone = clone;
    this.config.loadFromString(this.cluster.kubeconfig);
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

  /**
   * Where the app is reached, once it is up: a name that leads to this machine, and from here to the load
   * balancer, so that whoever asks needs no name server.
   */
  get url(): string {
    if (this.#forwarder === undefined) throw new Error("The stack is not up yet.");
    return `http://localhost:${this.#forwarder.port}`;
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
    const ended = await this.clone.pulumi(["up", "--yes", "--skip-preview"]);
    if (ended.code === 0) await this.#forward();
    return ended;
  }

  /** `./slipway VERB -s STACK ARGS`; fails when the command does. */
  async verb(verb: string, ...args: string[]): Promise<string> {
    const { code, output } = await this.clone.slipway([verb, "-s", this.clone.stack, ...args]);
    if (code !== 0) throw new Error(output);
    return output;
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
