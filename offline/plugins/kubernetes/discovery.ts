import { isNotFound, NoSuchKind } from "./api-error.ts";
import type { ApiServer } from "./api-server.ts";
import { objectsAt, textAt } from "./manifest.ts";

/** Where the objects of a kind are. */
export interface Endpoint {
  readonly folder: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** What kinds an API server has; asked once, until a definition of new ones was made. */
export class Discovery {
  readonly #server: ApiServer;
  readonly #groups = new Map<string, Promise<ReadonlyMap<string, Endpoint>>>();

  constructor(server: ApiServer) {
    this.#server = server;
  }

  async find(apiVersion: string, kind: string): Promise<Endpoint> {
    const endpoint = (await this.#group(apiVersion)).get(kind);
    if (endpoint !== undefined) {
      return endpoint;
    }
    // It may come with a definition that is not established yet.
    this.#groups.delete(apiVersion);
    throw new NoSuchKind(apiVersion, kind);
  }

  forget(): void {
    this.#groups.clear();
  }

  #group(apiVersion: string): Promise<ReadonlyMap<string, Endpoint>> {
    const known = this.#groups.get(apiVersion);
    if (known !== undefined) {
      return known;
    }
    const asked = this.#ask(apiVersion);
    this.#groups.set(apiVersion, asked);
    // A failure is not kept: the next one asks again.
    asked.catch(() => this.#groups.delete(apiVersion));
    return asked;
  }

  async #ask(apiVersion: string): Promise<ReadonlyMap<string, Endpoint>> {
    const folder = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    try {
      const answer = await this.#server.request("GET", folder);
      return new Map(
        objectsAt(answer, "resources")
          .map((resource) => ({ resource, plural: textAt(resource, "name") }))
          // `deployments/scale` is a view of a Deployment.
          .filter(({ plural }) => !plural.includes("/"))
          .map(({ resource, plural }) => [
            textAt(resource, "kind"),
            { folder, plural, namespaced: resource["namespaced"] === true },
          ]),
      );
    } catch (error) {
      if (isNotFound(error)) {
        return new Map();
      }
      throw error;
    }
  }
}
