import { Cluster, type ClusterData } from "./cluster.ts";
import type { Disks } from "./controllers/disks.ts";
import type { LoadBalancers } from "./controllers/load-balancers.ts";
import type { Keeper } from "./keeper.ts";

interface StartedClusterArgs {
  readonly data: ClusterData;
  readonly loadBalancers: LoadBalancers;
  readonly disks: Disks;
  readonly keeper: Keeper;
}

/** A cluster that runs until it is disposed of, or this process has ended. */
export class StartedCluster extends Cluster {
  readonly #controllers: readonly (LoadBalancers | Disks)[];
  readonly #keeper: Keeper;

  constructor({ data, loadBalancers, disks, keeper }: StartedClusterArgs) {
    super(data);
    this.#controllers = [loadBalancers, disks];
    this.#keeper = keeper;
  }

  /** Removes it, and all that it had. */
  async dispose(): Promise<void> {
    await Promise.all(this.#controllers.map((controller) => controller.stop()));
    await this.#keeper.removeAll();
  }
}
