import type { ApiServer } from "./api-server.ts";
import type { Discovery, Endpoint } from "./discovery.ts";
import { type Manifest, nameOf, namespaceOf, objectsAt, textAt } from "./manifest.ts";

export interface WriteOptions {
  /** Let the server say what would come of it, and leave everything as it is. */
  readonly preview: boolean;
  readonly fieldManager: string;
}

/**
 * The official plugin lets the server drop fields that it does not know. Here they are errors, so
 * that a misspelt one is found by the first preview.
 */
const STRICT = { fieldValidation: "Strict" } as const;

/** The objects of one API server. */
export class Objects {
  readonly #server: ApiServer;
  readonly #discovery: Discovery;

  constructor(server: ApiServer, discovery: Discovery) {
    this.#server = server;
    this.#discovery = discovery;
  }

  async get(object: Manifest): Promise<Manifest> {
    return this.#server.request("GET", await this.#path(object));
  }

  async list(apiVersion: string, kind: string, namespace: string): Promise<Manifest[]> {
    const endpoint = await this.#discovery.find(apiVersion, kind);
    return objectsAt(await this.#server.request("GET", folderOf(endpoint, namespace)), "items");
  }

  async create(object: Manifest, options: WriteOptions): Promise<Manifest> {
    const folder = folderOf(await this.#endpoint(object), namespaceOf(object));
    return this.#server.request("POST", folder, { query: writing(options), body: object });
  }

  async apply(object: Manifest, options: WriteOptions & { force: boolean }): Promise<Manifest> {
    return this.#server.request("PATCH", await this.#path(object), {
      query: { ...writing(options), force: String(options.force) },
      body: object,
      contentType: "application/apply-patch+yaml",
    });
  }

  async replace(object: Manifest, options: WriteOptions): Promise<Manifest> {
    const path = await this.#path(object);
    return this.#server.request("PUT", path, { query: writing(options), body: object });
  }

  /** Puts values in the place of others. */
  async replaceValues(object: Manifest, values: Readonly<Record<string, unknown>>) {
    return this.#server.request("PATCH", await this.#path(object), {
      body: Object.entries(values).map(([path, value]) => ({ op: "replace", path, value })),
      contentType: "application/json-patch+json",
    });
  }

  async delete(object: Manifest, propagationPolicy: string): Promise<void> {
    await this.#server.request("DELETE", await this.#path(object), {
      body: { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy },
    });
  }

  #endpoint(object: Manifest): Promise<Endpoint> {
    return this.#discovery.find(textAt(object, "apiVersion"), textAt(object, "kind"));
  }

  async #path(object: Manifest): Promise<string> {
    const folder = folderOf(await this.#endpoint(object), namespaceOf(object));
    return `${folder}/${encodeURIComponent(nameOf(object))}`;
  }
}

function folderOf({ folder, plural, namespaced }: Endpoint, namespace: string): string {
  return namespaced
    ? `${folder}/namespaces/${encodeURIComponent(namespace || "default")}/${plural}`
    : `${folder}/${plural}`;
}

function writing({ preview, fieldManager }: WriteOptions): Record<string, string> {
  return { ...STRICT, fieldManager, ...(preview ? { dryRun: "All" } : {}) };
}
