import type { Arguments } from "../arguments.ts";
import type { Events } from "../cluster/events.ts";
import type { IngressStatus } from "../cluster/ingress-status.ts";
import type { Pod } from "../cluster/objects.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { ConfigFiles } from "../nginx/config-files.ts";
import type { Configurator } from "../nginx/configurator.ts";
import type { SecretStore } from "../nginx/secret-store.ts";
import type { ClusterState } from "./cluster-state.ts";
import type { Publisher } from "./publisher.ts";
import type { TaskQueue } from "./task-queue.ts";

/** What the controller works with. */
export interface Parts {
  readonly configurator: Configurator;
  readonly events: Events;
  /** `namespace/name` of the Service through which clients reach the controller. */
  readonly externalService: string;
  readonly files: ConfigFiles;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly pod: Pod;
  readonly publisher: Publisher;
  readonly queue: TaskQueue;
  readonly secrets: SecretStore;
  readonly state: ClusterState;
  readonly status: IngressStatus;
  readonly values: Arguments;
}
