import type { Arguments } from "./arguments.ts";
import { Api } from "./cluster/api.ts";
import { Events } from "./cluster/events.ts";
import { IngressStatus } from "./cluster/ingress-status.ts";
import { LeaderElection } from "./cluster/leader.ts";
import type { Pod } from "./cluster/objects.ts";
import { labelPod } from "./cluster/pod-labels.ts";
import { serveHttp } from "./http-server.ts";
import type { Log } from "./log.ts";
import { Metrics } from "./metrics.ts";
import { ConfigFiles } from "./nginx/config-files.ts";
import { Configurator } from "./nginx/configurator.ts";
import { NginxProcess } from "./nginx/nginx-process.ts";
import { SecretStore } from "./nginx/secret-store.ts";
import {
  defaultServerTls,
  initialSettings,
  needed,
  removeOldSockets,
  requireIngressClass,
  warnOfMissingNamespaces,
} from "./start-checks.ts";
import { ClusterState } from "./sync/cluster-state.ts";
import { Controller } from "./sync/controller.ts";
import { Publisher } from "./sync/publisher.ts";
import { TaskQueue } from "./sync/task-queue.ts";

interface Surroundings {
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly values: Arguments;
  readonly version: string;
}

interface Booted {
  readonly nginx: NginxProcess;
  /** Ends when the signal is given, and rejects when the controller can't go on. */
  readonly running: Promise<unknown>;
}

/** Starts Nginx before any Ingress is looked at, then all that follows the cluster. */
export async function boot(surroundings: Surroundings): Promise<Booted> {
  const { log, signal, values, version } = surroundings;
  removeOldSockets();
  const { POD_NAMESPACE: namespace = "", POD_NAME: identity = "" } = process.env;
  const api = new Api(process.env);
  const podPath = `/api/v1/namespaces/${namespace}/pods/${identity}`;
  const pod = await needed<Pod>(api, podPath, "Failed to get pod");
  const events = new Events(api, log);
  await requireIngressClass(api, values["ingress-class"]);
  await warnOfMissingNamespaces(api, values, log);

  const files = new ConfigFiles(log);
  const metrics = new Metrics(values["ingress-class"]);
  const reloadTimeoutMs = values["nginx-reload-timeout"];
  const nginx = new NginxProcess({ files, log, metrics, reloadTimeoutMs });
  const externalService = `${namespace}/${values["external-service"]}`;
  const queue = new TaskQueue();
  const state = new ClusterState({ api, log, queue, signal, values, externalService });
  const secrets = new SecretStore(files);
  const defaultTls = await defaultServerTls(api, files, values["default-server-tls-secret"]);
  const configParts = { backends: state, defaultTls, files, log, nginx, secrets, values };
  const configurator = new Configurator(configParts);
  configurator.settings = await initialSettings(api, values["nginx-configmaps"]);
  configurator.writeMain();
  await nginx.start();

  const status = new IngressStatus(api, log, (key) => state.ingresses.get(key));
  const election = new LeaderElection({
    ...{ api, identity, log, namespace, signal },
    lockName: values["leader-election-lock-name"],
    onStart: () => void publisher.updateStatus(controller.routes()),
  });
  const publisher = new Publisher({
    ...{ configurator, events, status },
    exists: (key) => state.ingresses.get(key) !== undefined,
    leads: () => !values["enable-leader-election"] || election.isLeader(),
    reportsStatus: values["report-ingress-status"],
  });
  const clusterParts = { events, externalService, pod, publisher, state, status };
  const controller = new Controller({
    ...configParts,
    ...clusterParts,
    configurator,
    metrics,
    queue,
  });

  const labels = {
    "app.nginx.org/version": await NginxProcess.version(),
    "app.kubernetes.io/version": version,
  };
  const ready = () => (controller.isReady ? "Ready\n" : undefined);
  const running = Promise.all([
    labelPod(podPath, labels, { api, events, log, signal }),
    values["enable-leader-election"] ? election.run() : undefined,
    values["ready-status"]
      ? serveHttp(values["ready-status-port"], "/nginx-ready", ready, signal)
      : undefined,
    values["enable-prometheus-metrics"]
      ? serveHttp(
          values["prometheus-metrics-listen-port"],
          "/metrics",
          () => metrics.text(),
          signal,
        )
      : undefined,
    state.start().then(() => controller.run(signal)),
  ]);
  return { nginx, running };
}
