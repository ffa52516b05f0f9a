import { keyOf, type Secret } from "../cluster/objects.ts";
import { DEFAULT_SERVER } from "../nginx/places.ts";
import { certificateAndKey, tlsProblem } from "../nginx/secret-store.ts";
import { serviceOf } from "../routing/endpoints.ts";
import { HostTable } from "../routing/host-table.ts";
import type { Route } from "../routing/route.ts";
import { together } from "../rules/field-problems.ts";
import { ingressProblems, isMaster } from "../rules/ingress-check.ts";
import { applyConfigMap } from "./config-map-task.ts";
import type { Parts } from "./parts.ts";
import { ingressClassOf, refersToSecret, refersToService } from "./references.ts";
import type { Task } from "./task-queue.ts";

/** Follows what changes in the cluster, and has Nginx serve it. */
export class Controller {
  readonly #parts: Parts;
  readonly #table = new HostTable();
  /** Routes that were warned when their endpoints changed: they are told when all is well again. */
  readonly #warned = new Set<string>();
  #isReady = false;
  /** While several tasks wait, none of them reloads: what they need is kept for the end. */
  #batch: { reload: boolean; everything: boolean } | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether Nginx serves all that was there when the controller started. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Those that hold a host. */
  routes(): Route[] {
    return this.#isReady ? this.#table.routes() : [];
  }

  async run(signal: AbortSignal): Promise<void> {
    const { configurator, queue, secrets, state } = this.#parts;
    configurator.reloadsEnabled = false;
    // An Ingress must not be told that its Secret is missing because that is looked at later.
    for (const secret of state.secrets.all()) secrets.set(secret);
    await queue.run((task) => this.#handle(task), signal);
  }

  async #handle(task: Task): Promise<void> {
    const { log, metrics, configurator, queue } = this.#parts;
    log.debug(`Syncing ${task.kind} ${task.key}`);
    if (this.#isReady && queue.length > 1 && this.#batch === undefined) {
      configurator.reloadsEnabled = false;
      this.#batch = { reload: false, everything: false };
    }
    const isSeen = await this.#sync(task);
    if (this.#batch !== undefined && isSeen) this.#batch.reload = true;
    if (queue.length === 0) {
      if (!this.#isReady) await this.#completeStart();
      else if (this.#batch !== undefined) await this.#completeBatch(this.#batch);
    }
    metrics.setIngresses(configurator.counts());
  }

  /** Whether the configuration may be another now. */
  async #sync({ kind, key }: Task): Promise<boolean> {
    switch (kind) {
      case "ingress":
        await this.#syncIngress(key);
        return true;
      case "namespace":
        await this.#parts.state.syncNamespace(key);
        return false;
      case "service":
        await this.#syncService(key);
        return true;
      case "endpointSlice":
        return this.#syncEndpoints(key);
      case "secret":
        await this.#syncSecret(key);
        return true;
      case "configMap":
        if (this.#batch !== undefined) this.#batch.everything = true;
        else if (this.#isReady) await applyConfigMap(this.#parts, this.#table.routes());
        return true;
    }
  }

  /** Until everything has been looked at, nothing is written: one reload, and all is there. */
  async #completeStart(): Promise<void> {
    const { configurator, log, publisher } = this.#parts;
    const { problems } = this.#table.rebuild();
    for (const problem of problems) await publisher.refuse(problem);
    configurator.reloadsEnabled = true;
    await applyConfigMap(this.#parts, this.#table.routes());
    this.#isReady = true;
    log.debug("NGINX is ready");
  }

  async #completeBatch({ reload, everything }: { reload: boolean; everything: boolean }) {
    const { configurator, log, publisher } = this.#parts;
    this.#batch = undefined;
    configurator.reloadsEnabled = true;
    if (everything) await applyConfigMap(this.#parts, this.#table.routes());
    else if (reload) {
      const what = "error when reloading NGINX after a batch event";
      const failure = await publisher.reload("other", what);
      if (failure !== undefined) log.error(`error reloading for batch updates: ${failure}`);
    }
  }

  async #syncIngress(key: string): Promise<void> {
    const { publisher, state, values } = this.#parts;
    const ingress = state.ingresses.get(key);
    const isOurs = ingress !== undefined && ingressClassOf(ingress) === values["ingress-class"];
    const problems = isOurs ? ingressProblems(ingress, values["enable-snippets"]) : [];
    const problem = problems.length === 0 ? undefined : together(problems);
    if (isOurs && problem === undefined) this.#table.set(ingress);
    else if (!this.#table.delete(key) && problem === undefined) return;

    const outcome = this.#isReady ? this.#table.rebuild() : { changes: [], problems: [] };
    const isTold = outcome.changes.some(({ route }) => keyOf(route.ingress) === key);
    for (const change of outcome.changes) {
      const concernsIt = keyOf(change.route.ingress) === key;
      await publisher.apply(change, concernsIt ? problem : undefined);
    }
    for (const other of outcome.problems) await publisher.refuse(other);
    if (ingress !== undefined && problem !== undefined && !isTold) {
      await publisher.refuse({ ingress, reason: "Rejected", message: problem });
    }
  }

  async #syncService(key: string): Promise<void> {
    const { externalService, publisher, state, status } = this.#parts;
    if (key === externalService) {
      status.useService(state.service(key));
      await publisher.updateStatus(this.routes());
    }
    const routes = this.routes().filter((route) => refersToService(route, key));
    if (routes.length > 0) await this.#serveAgain(routes);
  }

  /** Whether a route has these endpoints. A slice that is gone changes nothing by itself. */
  async #syncEndpoints(key: string): Promise<boolean> {
    const { externalService, state } = this.#parts;
    const slice = state.endpointSlice(key);
    if (slice === undefined || serviceOf(slice) === externalService) return false;
    const routes = this.routes().filter((route) => refersToService(route, serviceOf(slice)));
    const isOfMaster = ({ ingress }: Route) => isMaster(ingress);
    await this.#serveEndpoints(routes.filter((route) => !isOfMaster(route)));
    await this.#serveEndpoints(routes.filter(isOfMaster));
    return routes.length > 0;
  }

  async #serveEndpoints(routes: readonly Route[]): Promise<void> {
    if (routes.length === 0) return;
    const { log, publisher } = this.#parts;
    const what = "error reloading NGINX when updating endpoints";
    const { warnings, failure } = await publisher.serve(routes, "endpoints", what);
    if (failure !== undefined) log.error(`Error updating EndpointSlices: ${failure}`);
    const keys = routes.map(({ ingress }) => keyOf(ingress));
    if (warnings.size === 0 && !keys.some((key) => this.#warned.has(key))) return;
    await publisher.tell(routes, { warnings, failure: undefined });
    for (const key of keys) {
      if (warnings.size > 0) this.#warned.add(key);
      else this.#warned.delete(key);
    }
  }

  async #syncSecret(key: string): Promise<void> {
    const { events, pod, secrets, state, values } = this.#parts;
    const isSpecial = key === values["default-server-tls-secret"];
    const routes = this.routes().filter((route) => refersToSecret(route, key));
    const secret = state.secrets.get(key);
    if (secret === undefined) {
      secrets.delete(key);
      if (isSpecial) {
        const kept = "Retaining the secret on this pod but this will affect new pods.";
        events.warning(pod, "SecretDeleted", `A special secret [${key}] was deleted.  ${kept}`);
      }
    } else {
      secrets.set(secret);
      if (isSpecial) this.#useDefaultSecret(secret);
    }
    // Nginx reads certificates at each handshake, so it need not be told that one is another.
    if (routes.length > 0) await this.#serveAgain(routes, secret !== undefined);
  }

  #useDefaultSecret(secret: Secret): void {
    const { events, files, pod } = this.#parts;
    const problem = tlsProblem(secret);
    if (problem !== undefined) {
      const outcome = `was rejected, using the previous version: ${problem}`;
      events.warning(pod, "Rejected", `the special Secret ${keyOf(secret)} ${outcome}`);
      return;
    }
    files.writeSecret(DEFAULT_SERVER.secret, certificateAndKey(secret));
    events.normal(pod, "SecretUpdated", `the special Secret ${keyOf(secret)} was updated`);
  }

  async #serveAgain(routes: readonly Route[], unlessUnchanged = false): Promise<void> {
    const { publisher } = this.#parts;
    const what = "error when reloading NGINX when updating resources";
    await publisher.tell(routes, await publisher.serve(routes, "other", what, unlessUnchanged));
  }
}
