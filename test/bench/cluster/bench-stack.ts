import { join } from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { offlineImages } from "../../../offline/images/index.ts";
import type { Cluster } from "../../../offline/testing/cluster/index.ts";
import { chosenTools, toolEnvironment } from "../../../ops/tools.ts";
import { Clone, docker } from "../../e2e/clone.ts";
import { setConfig } from "../../e2e/config.ts";
import { writeSmallApp } from "../../e2e/small-app.ts";
import type { Leftovers } from "../leftovers.ts";
import type { Program } from "../no-op/measure.ts";

/** Of the app, in whose place a release puts others. */
export const REPLICAS = 2;

type Reachable = Pick<Cluster, "kubeconfig" | "registry">;

/** A stack on a cluster: the controller, Nginx, and an app of a few lines without a database. */
export class BenchStack {
  readonly clone: Clone;
  readonly config = new KubeConfig();
  readonly core: CoreV1Api;
  readonly #cluster: Reachable;

  private constructor(clone: Clone, cluster: Reachable) {
    this.clone = clone;
    this.#cluster = cluster;
    this.config.loadFromString(cluster.kubeconfig);
    this.core = this.config.makeApiClient(CoreV1Api);
  }

  static async make(cluster: Reachable, leftovers: Leftovers): Promise<BenchStack> {
    const clone = await Clone.make();
    leftovers.add(() => clone.remove());
    const stack = new BenchStack(clone, cluster);
    writeSmallApp(clone);
    const { postgres, nginx, ingressController } = offlineImages;
    const images = JSON.stringify({ postgres, nginx, ingressController });
    setConfig(clone, {
      httpPort: undefined,
      target: "kubernetes",
      domain: "localhost",
      database: "none",
      replicas: String(REPLICAS),
      ...(chosenTools().images === "offline" ? { images } : {}),
    });
    // Makes tools, stack and secrets, and goes no further: the cluster is not named yet.
    const { output } = await clone.slipway(["start"]);
    if (!output.includes("slipway:kubeconfig is missing")) throw new Error(output);
    await clone.setSecret("kubeconfig", cluster.kubeconfig);
    return stack;
  }

  get namespace(): string {
    return `slipway-${this.clone.stack}`;
  }

  /** For what measures pulumi commands. */
  get program(): Program {
    const own = join(this.clone.folder, ".slipway");
    return {
      name: "Slipway",
      folder: this.clone.folder,
      stack: this.clone.stack,
      environment: {
        ...toolEnvironment(chosenTools()),
        PULUMI_BACKEND_URL: `file://${join(own, "state")}`,
        PULUMI_CONFIG_PASSPHRASE_FILE: join(own, "passphrase"),
      },
    };
  }

  /** @returns an image of the app that is unlike those of other names, by digest. */
  async image(name: string): Promise<string> {
    writeSmallApp(this.clone, { build: [`ENV NAME=${name}`] });
    const local = `slipway-bench/${this.clone.stack}:${name}`;
    const base =
      chosenTools().images === "offline" ? [`--build-arg=NODE_IMAGE=${offlineImages.node}`] : [];
    docker("build", "--quiet", "--tag", local, ...base, join(this.clone.folder, "small"));
    try {
      return await this.#cluster.registry.push(local, this.clone.stack);
    } finally {
      docker("image", "rm", "--no-prune", local);
    }
  }

  async release(image: string): Promise<void> {
    setConfig(this.clone, { image });
    const { code, output } = await this.clone.pulumi(["up", "--yes", "--skip-preview"]);
    if (code !== 0) throw new Error(output);
  }
}
