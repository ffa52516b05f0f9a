import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { Properties } from "../plugin.ts";

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Properties;
}

const KINDS: Readonly<Record<string, Readonly<Record<string, [plural: string, ns: boolean]>>>> = {
  "/api/v1": {
    ConfigMap: ["configmaps", true],
    Endpoints: ["endpoints", true],
    Namespace: ["namespaces", false],
    PersistentVolumeClaim: ["persistentvolumeclaims", true],
    Pod: ["pods", true],
    Secret: ["secrets", true],
    Service: ["services", true],
  },
  "/apis/apps/v1": { Deployment: ["deployments", true], ReplicaSet: ["replicasets", true] },
  "/apis/batch/v1": { Job: ["jobs", true] },
  "/apis/slipway.example/v1": { Toy: ["toys", true], World: ["worlds", false] },
};

/** Answers as an API server does where nothing but the objects themselves matters. */
export class FakeApiServer {
  readonly seen: Seen[] = [];
  /** By path; a test may change them as a controller would. */
  readonly objects = new Map<string, Properties>();
  /** What to answer instead, by method and path. */
  readonly refusals = new Map<string, Properties>();
  #server = http.createServer();
  #version = 0;

  static async start(): Promise<FakeApiServer> {
    const fake = new FakeApiServer();
    fake.#server.on("request", (request, response) => {
      fake.#answer(request).then(([code, body]) => {
        response.writeHead(code, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      }, response.destroy);
    });
    fake.#server.listen(0, "127.0.0.1");
    await once(fake.#server, "listening");
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get kubeconfig(): string {
    return kubeconfigOf(this.url);
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  forget(): void {
    this.seen.length = 0;
    this.objects.clear();
    this.refusals.clear();
  }

  /** What was written, in order. */
  get writes(): Seen[] {
    return this.seen.filter(({ method }) => method !== "GET");
  }

  /** Sets what a controller would set. */
  change(path: string, values: Properties): void {
    this.objects.set(path, { ...this.objects.get(path), ...values });
  }

  async #answer(request: http.IncomingMessage): Promise<[number, Properties]> {
    const url = new URL(request.url ?? "", this.url);
    const method = request.method ?? "";
    const hasBody = request.headers["content-type"] !== undefined;
    const body = hasBody ? ((await json(request)) as Properties) : {};
    const path = url.pathname;
    this.seen.push({ method, path, query: Object.fromEntries(url.searchParams), body });
    const refusal = this.refusals.get(`${method} ${path}`);
    if (refusal !== undefined) {
      return [refusal["code"], refusal];
    }
    if (path === "/version") {
      return [200, { major: "1", minor: "34" }];
    }
    const kinds = KINDS[path];
    if (kinds !== undefined) {
      const resources = Object.entries(kinds).map(([kind, [name, namespaced]]) => {
        return { kind, name, namespaced };
      });
      return [200, { resources }];
    }
    const isDryRun = url.searchParams.get("dryRun") === "All";
    return this.#answerAbout(method, path, body, isDryRun);
  }

  #answerAbout(
    method: string,
    path: string,
    body: Properties,
    isDryRun: boolean,
  ): [number, Properties] {
    const known = this.objects.get(path);
    switch (method) {
      case "POST": {
        const created = `${path}/${body["metadata"].name}`;
        if (this.objects.has(created)) {
          return [409, { message: "it already exists", reason: "AlreadyExists", code: 409 }];
        }
        return [201, this.#stored(created, body, isDryRun)];
      }
      case "GET":
        if (/\/(\w+)$/.exec(path)?.[1]?.endsWith("s") && known === undefined) {
          const items = [...this.objects].filter(([at]) => at.startsWith(`${path}/`));
          return [200, { items: items.map(([, item]) => item) }];
        }
        return known === undefined ? NOT_FOUND : [200, known];
      case "PATCH":
        if (known === undefined) {
          return NOT_FOUND;
        }
        return [
          200,
          this.#stored(path, Array.isArray(body) ? known : merged(known, body), isDryRun),
        ];
      case "DELETE":
        this.objects.delete(path);
        return known === undefined ? NOT_FOUND : [200, {}];
      default:
        return [405, { message: `${method} is not known` }];
    }
  }

  #stored(path: string, object: Properties, isDryRun: boolean): Properties {
    this.#version += 1;
    const metadata = {
      uid: `uid-${this.#version}`,
      managedFields: [],
      ...object["metadata"],
      resourceVersion: String(this.#version),
    };
    const stored = { ...object, metadata };
    if (!isDryRun) {
      this.objects.set(path, stored);
    }
    return stored;
  }
}

const NOT_FOUND: [number, Properties] = [404, { message: "it is not there", code: 404 }];

function merged(before: Properties, applied: Properties): Properties {
  return { ...before, ...applied, metadata: { ...before["metadata"], ...applied["metadata"] } };
}

/** One that leads to a server, as its user writes it. */
export function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "here",
    contexts: [
      { name: "here", context: { cluster: "one", user: "me", namespace: "team" } },
      { name: "there", context: { cluster: "two", user: "me" } },
    ],
    clusters: [
      { name: "one", cluster: { server } },
      { name: "two", cluster: { server: "http://127.0.0.1:1" } },
    ],
    users: [{ name: "me", user: { token: "t0ken" } }],
  });
}
