import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";

interface Stored {
  kind: string;
  apiVersion: string;
  metadata: { name: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
}

interface Happening {
  readonly version: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly plural: string;
  readonly object: Stored;
}

const PLURALS: Readonly<Record<string, string>> = {
  ConfigMap: "configmaps",
  EndpointSlice: "endpointslices",
  Event: "events",
  Ingress: "ingresses",
  IngressClass: "ingressclasses",
  Lease: "leases",
  Namespace: "namespaces",
  Pod: "pods",
  Secret: "secrets",
  Service: "services",
};

/** As much of an API server as a controller needs: get, list, watch, create, replace and merge. */
export class FakeApiServer {
  readonly #server: Server;
  readonly #objects = new Map<string, Stored>();
  readonly #history: Happening[] = [];
  readonly #watchers = new Set<(happening: Happening) => void>();
  /** Namespaces that the controller may not read. */
  readonly hidden = new Set<string>();
  #version = 0;

  constructor(tls: { readonly key: string; readonly cert: string }) {
    this.#server = createServer(tls, (request, response) => void this.#answer(request, response));
  }

  /** The port that it listens on. */
  async listen(address: string): Promise<number> {
    this.#server.listen(0, address);
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Creates or replaces; a change of anything but status and annotations is a new generation. */
  put(given: object): void {
    const object = given as Stored;
    const key = keyOf(object);
    const before = this.#objects.get(key);
    const generation = before === undefined ? 1 : Number(before.metadata["generation"]) + 1;
    const created =
      before?.metadata["creationTimestamp"] ?? new Date().toISOString().replace(/\.\d+/, "");
    const uid = before?.metadata["uid"] ?? `uid-${this.#version}`;
    const metadata = { creationTimestamp: created, uid, generation, ...object.metadata };
    this.#store(key, { ...object, metadata }, before === undefined ? "ADDED" : "MODIFIED");
  }

  delete(kind: string, namespace: string, name: string): void {
    const key = keyOf({ kind, apiVersion: "", metadata: { namespace, name } });
    const object = this.#objects.get(key);
    if (object === undefined) throw new Error(`${key} is not there`);
    this.#objects.delete(key);
    this.#happen("DELETED", object);
  }

  get(kind: string, namespace: string, name: string): Stored | undefined {
    return this.#objects.get(keyOf({ kind, apiVersion: "", metadata: { namespace, name } }));
  }

  all(kind: string): Stored[] {
    return [...this.#objects.values()].filter((object) => object.kind === kind);
  }

  #store(key: string, object: Stored, type: Happening["type"]): Stored {
    const resourceVersion = String(this.#version + 1);
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion } };
    this.#objects.set(key, stored);
    this.#happen(type, stored);
    return stored;
  }

  #happen(type: Happening["type"], object: Stored): void {
    this.#version += 1;
    const plural = pluralOf(object);
    const happening: Happening = { version: this.#version, type, plural, object };
    this.#history.push(happening);
    for (const watcher of this.#watchers) watcher(happening);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "https://fake");
    const text = (await request.setEncoding("utf8").toArray()).join("");
    const body = text === "" ? undefined : JSON.parse(text);
    if (url.pathname === "/version") return reply(response, 200, { gitVersion: "v1.34.2" });
    // Clients then list, and watch from there.
    if (url.searchParams.has("sendInitialEvents")) return reply(response, 400, { code: 400 });
    const { namespace, plural, name, isStatus } = placeOf(url.pathname);
    const key = `${plural}/${namespace}/${name}`;
    if (request.method === "POST") {
      this.put({ ...body, metadata: { ...body.metadata, namespace } });
      return reply(
        response,
        201,
        this.#objects.get(`${plural}/${namespace}/${body.metadata.name}`),
      );
    }
    if (this.hidden.has(namespace)) {
      return reply(response, 403, { code: 403, message: `${plural} is forbidden` });
    }
    if (name === "") {
      const labels = wantedLabels(url);
      const isHere = (object: Stored) =>
        pluralOf(object) === plural &&
        (namespace === "" || object.metadata.namespace === namespace);
      const isWanted = (object: Stored) => isHere(object) && hasLabels(object, labels);
      if (url.searchParams.has("watch")) {
        return this.#watch(url, { isHere, isWanted }, request, response);
      }
      return reply(response, 200, this.#list(plural, url.pathname, isWanted));
    }
    const before = this.#objects.get(key);
    if (before === undefined) {
      return reply(response, 404, { code: 404, message: `${plural} "${name}" not found` });
    }
    if (request.method === "GET") return reply(response, 200, before);
    const after = request.method === "PATCH" ? { ...before, ...body } : body;
    const object = isStatus ? { ...before, status: after.status } : after;
    return reply(response, 200, this.#store(key, object, "MODIFIED"));
  }

  #list(plural: string, path: string, isHere: (object: Stored) => boolean): object {
    const [kind] = Object.entries(PLURALS).find(([, name]) => name === plural) ?? ["Unknown"];
    return {
      kind: `${kind}List`,
      apiVersion: path.startsWith("/api/") ? "v1" : path.split("/").slice(2, 4).join("/"),
      metadata: { resourceVersion: String(this.#version) },
      items: [...this.#objects.values()]
        .filter(isHere)
        .map(({ kind: _kind, apiVersion: _version, ...item }) => item),
    };
  }

  #watch(
    url: URL,
    { isHere, isWanted }: Record<"isHere" | "isWanted", (object: Stored) => boolean>,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    const from = Number(url.searchParams.get("resourceVersion"));
    const tell = ({ version, type: happened, object }: Happening): void => {
      if (version <= from || !isHere(object)) return;
      // What loses a label is gone for whoever asked for those that have it.
      const type = isWanted(object) ? happened : "DELETED";
      response.write(`${JSON.stringify({ type, object })}\n`);
    };
    this.#history.forEach(tell);
    this.#watchers.add(tell);
    request.socket.once("close", () => this.#watchers.delete(tell));
  }
}

const wantedLabels = (url: URL): string[] =>
  (url.searchParams.get("labelSelector") ?? "").split(",").filter(Boolean);

function hasLabels({ metadata }: Stored, wanted: readonly string[]): boolean {
  const labels = (metadata["labels"] ?? {}) as Record<string, string>;
  return wanted.every((label) => {
    const [name = "", value] = label.split("=");
    return labels[name] === value;
  });
}

function pluralOf({ kind }: Stored): string {
  return PLURALS[kind] ?? kind;
}

function keyOf(object: Stored): string {
  const { namespace = "", name } = object.metadata;
  return `${pluralOf(object)}/${namespace}/${name}`;
}

function placeOf(path: string) {
  const rest = path.replace(/^\/api\/v1\/|^\/apis\/[^/]+\/[^/]+\//, "").split("/");
  const isNamespaced = rest[0] === "namespaces" && rest.length > 2;
  const [plural = "", name = "", last = ""] = isNamespaced ? rest.slice(2) : rest;
  const namespace = isNamespaced ? (rest[1] ?? "") : "";
  return { namespace, plural, name, isStatus: last === "status" };
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
