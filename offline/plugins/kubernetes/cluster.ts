import { ApiError, NoSuchKind } from "./api-error.ts";
import { ApiServer } from "./api-server.ts";
import { type Connection, connectionOf, type Overrides } from "./connection.ts";
import { Discovery } from "./discovery.ts";
import { isBuiltIn, type Kind } from "./kinds.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { type Manifest, textAt } from "./manifest.ts";
import { Objects } from "./objects.ts";
import { refuseRealServer } from "./test-servers.ts";

export interface ClusterSettings extends Overrides {
  readonly kubeconfig: string | undefined;
}

/** The cluster that a provider is for; a preview also works with one that cannot be reached. */
export class Cluster {
  /** Where objects go that name no namespace; unknown without a kubeconfig. */
  readonly namespace: string | undefined;
  readonly #reached: Reached | undefined;
  readonly #whyNot: string;
  /** Scopes of kinds that the program itself defines, and that the server may not have yet. */
  readonly #definedScopes = new Map<string, string>();

  private constructor(namespace: string | undefined, reached: Reached | undefined, whyNot: string) {
    this.namespace = namespace;
    this.#reached = reached;
    this.#whyNot = whyNot;
  }

  static async connect(settings: ClusterSettings): Promise<Cluster> {
    const connection = tried(() => connectionIn(settings));
    if (connection instanceof Error) {
      return new Cluster(
        settings.namespace,
        undefined,
        `failed to parse kubeconfig data in \`kubernetes:config:kubeconfig\`- ${connection.message}`,
      );
    }
    refuseRealServer(connection.server);
    const server = new ApiServer(connection);
    const discovery = new Discovery(server);
    try {
      await server.request("GET", "/version");
      const objects = new Objects(server, discovery);
      return new Cluster(connection.namespace, { discovery, objects }, "");
    } catch (error) {
      const reason = `unable to load schema information from the API server: ${textOf(error)}`;
      return new Cluster(
        connection.namespace,
        undefined,
        error instanceof ApiError ? `${reason} (${connection.server.origin})` : reason,
      );
    }
  }

  get isReachable(): boolean {
    return this.#reached !== undefined;
  }

  get whyUnreachable(): string {
    return this.#whyNot;
  }

  get objects(): Objects {
    return this.#reachedOrFail().objects;
  }

  /** Whether the server has such a kind, now. */
  async knows(kind: Kind): Promise<boolean> {
    return (await this.#endpoint(kind)) !== undefined;
  }

  async isNamespaced(kind: Kind): Promise<boolean> {
    if (isBuiltIn(kind)) {
      return kind.namespaced === true;
    }
    const defined = this.#definedScopes.get(definitionKey(groupOf(kind), kind.kind));
    if (defined !== undefined) {
      return defined === "Namespaced";
    }
    // Most are; the creation itself asks the server.
    return (await this.#endpoint(kind))?.namespaced ?? true;
  }

  /** The program is going to define a kind. */
  noteDefinition(definition: Manifest): void {
    this.#definedScopes.set(
      definitionKey(
        textAt(definition, "spec", "group"),
        textAt(definition, "spec", "names", "kind"),
      ),
      textAt(definition, "spec", "scope"),
    );
  }

  forgetKinds(): void {
    this.#reached?.discovery.forget();
  }

  async #endpoint({ apiVersion, kind }: Kind) {
    try {
      return await this.#reached?.discovery.find(apiVersion, kind);
    } catch (error) {
      if (error instanceof NoSuchKind) {
        return undefined;
      }
      throw error;
    }
  }

  #reachedOrFail(): Reached {
    if (this.#reached === undefined) {
      throw new Error(`configured Kubernetes cluster is unreachable: ${this.#whyNot}`);
    }
    return this.#reached;
  }
}

interface Reached {
  readonly discovery: Discovery;
  readonly objects: Objects;
}

/** The stand-in never takes a kubeconfig that merely lies about. */
function connectionIn({ kubeconfig, ...overrides }: ClusterSettings): Connection {
  if (kubeconfig === undefined) {
    throw new Error(
      "the provider has no `kubeconfig`, and the stand-in for the kubernetes plugin takes none " +
        "that it was not given",
    );
  }
  return connectionOf(readKubeconfig(kubeconfig), overrides);
}

function tried<Value>(attempt: () => Value): Value | Error {
  try {
    return attempt();
  } catch (error) {
    return error as Error;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function groupOf({ apiVersion }: Kind): string {
  return apiVersion.split("/")[0] ?? "";
}

function definitionKey(group: string, kind: string): string {
  return `${kind}.${group}`;
}
