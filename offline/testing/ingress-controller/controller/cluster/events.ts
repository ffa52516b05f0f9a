import { createHash } from "node:crypto";
import type { Log } from "../log.ts";
import type { Api } from "./api.ts";
import type { Resource } from "./objects.ts";

const COMPONENT = "nginx-ingress-controller";

interface Written {
  readonly path: string;
  count: number;
}

/** Tells of resources by events on them. One that is told again counts up. */
export class Events {
  readonly #api: Api;
  readonly #log: Log;
  readonly #written = new Map<string, Written>();
  /** One after another, so that the same event twice finds the first. */
  #last: Promise<void> = Promise.resolve();

  constructor(api: Api, log: Log) {
    this.#api = api;
    this.#log = log;
  }

  normal(about: Resource, reason: string, message: string): void {
    this.#tell(about, "Normal", reason, message);
  }

  warning(about: Resource, reason: string, message: string): void {
    this.#tell(about, "Warning", reason, message);
  }

  /** Resolves when all of them are with the API server, or were refused. */
  async flush(): Promise<void> {
    await this.#last;
  }

  #tell(about: Resource, type: string, reason: string, message: string): void {
    const { kind, metadata } = about;
    this.#log.info(
      `Event(${kind} ${metadata.namespace}/${metadata.name}): type: '${type}' reason: '${reason}' ${message}`,
    );
    this.#last = this.#last.then(async () => {
      try {
        await this.#write(about, type, reason, message);
      } catch (error) {
        this.#log.error(`Server rejected event: ${String(error)}`);
      }
    });
  }

  async #write(about: Resource, type: string, reason: string, message: string): Promise<void> {
    const { kind, apiVersion, metadata } = about;
    const { namespace, name, uid, resourceVersion } = metadata;
    const now = new Date().toISOString().replace(/\.\d+/, "");
    const key = JSON.stringify([kind, uid, type, reason, message]);
    const written = this.#written.get(key);
    if (written !== undefined) {
      written.count += 1;
      await this.#api.patch(written.path, { count: written.count, lastTimestamp: now });
      return;
    }
    const events = `/api/v1/namespaces/${namespace}/events`;
    const suffix = createHash("sha256").update(`${key}${Date.now()}`).digest("hex").slice(0, 16);
    await this.#api.create(events, {
      kind: "Event",
      apiVersion: "v1",
      metadata: { name: `${name}.${suffix}`, namespace },
      involvedObject: { kind, apiVersion, namespace, name, uid, resourceVersion },
      ...{ type, reason, message, count: 1, firstTimestamp: now, lastTimestamp: now },
      source: { component: COMPONENT },
      reportingComponent: COMPONENT,
      reportingInstance: "",
    });
    this.#written.set(key, { path: `${events}/${name}.${suffix}`, count: 1 });
  }
}
