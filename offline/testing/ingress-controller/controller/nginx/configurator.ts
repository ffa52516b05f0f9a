import type { Arguments } from "../arguments.ts";
import { type Ingress, keyOf, type ServiceBackend } from "../cluster/objects.ts";
import type { Log } from "../log.ts";
import { type Backends, EndpointsMissing, endpointsOf } from "../routing/endpoints.ts";
import type { Route } from "../routing/route.ts";
import { isMaster } from "../rules/ingress-check.ts";
import { DEFAULT_SETTINGS, type Settings } from "../rules/settings.ts";
import type { ConfigFiles } from "./config-files.ts";
import { defaultServerConfig } from "./default-server.ts";
import { ingressConfig, type Surroundings } from "./ingress-config.ts";
import { ingressText } from "./ingress-text.ts";
import { mainText } from "./main-text.ts";
import { type MadeTogether, mergeableConfig } from "./mergeable-config.ts";
import type { Tls } from "./model.ts";
import type { NginxProcess } from "./nginx-process.ts";
import { DEFAULT_SERVER } from "./places.ts";
import type { SecretStore } from "./secret-store.ts";

interface Parts {
  readonly backends: Backends;
  readonly defaultTls: Tls;
  readonly files: ConfigFiles;
  readonly log: Log;
  readonly nginx: NginxProcess;
  readonly secrets: SecretStore;
  readonly values: Arguments;
}

export interface Written {
  /** Whether the file is another than before. */
  readonly changed: boolean;
  /** What is not as the Ingress, or its minion, wants it; by their keys. */
  readonly warnings: ReadonlyMap<string, readonly string[]>;
}

/** Turns routes into files for Nginx, and has it read them. */
export class Configurator {
  /** Several changes at once are one reload, which whoever makes them asks for at the end. */
  reloadsEnabled = true;
  settings: Settings = DEFAULT_SETTINGS;
  readonly #parts: Parts;
  readonly #routes = new Map<string, Route>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  writeMain(): void {
    const { defaultTls, files, values } = this.#parts;
    files.writeMain(mainText(this.settings, values));
    const defaultServer = defaultServerConfig(this.settings, values, defaultTls);
    files.writeServers(DEFAULT_SERVER.config, ingressText(defaultServer));
  }

  write(route: Route): Written {
    const key = keyOf(route.ingress);
    const { config, warnings, minionWarnings } = this.#made(route);
    const changed = this.#parts.files.writeServers(fileName(key), ingressText(config));
    this.#routes.set(key, route);
    const all = [[key, warnings] as const, ...minionWarnings];
    return { changed, warnings: new Map(all.filter(([, list]) => list.length > 0)) };
  }

  remove(ingress: Ingress): void {
    this.#parts.files.removeServers(fileName(keyOf(ingress)));
    this.#routes.delete(keyOf(ingress));
  }

  async reload(reason: "endpoints" | "other"): Promise<void> {
    if (this.reloadsEnabled) await this.#parts.nginx.reload(reason);
  }

  counts(): { regular: number; master: number; minion: number } {
    const routes = [...this.#routes.values()];
    const masters = routes.filter(({ ingress }) => isMaster(ingress));
    return {
      regular: routes.length - masters.length,
      master: masters.length,
      minion: masters.reduce((sum, { minions }) => sum + minions.length, 0),
    };
  }

  #made(route: Route): MadeTogether {
    const surroundings = this.#surroundings();
    if (isMaster(route.ingress)) return mergeableConfig(route, surroundings);
    const made = ingressConfig(route.ingress, route.hosts, surroundings);
    return { ...made, minionWarnings: new Map() };
  }

  #surroundings(): Surroundings {
    const { log, secrets, values } = this.#parts;
    return {
      settings: this.settings,
      ipv6: !values["disable-ipv6"],
      log,
      endpoints: (backend, ingress) => this.#endpoints(backend, ingress.metadata.namespace),
      certificate: (name, ingress) =>
        secrets.certificate(`${ingress.metadata.namespace}/${name}`, name),
    };
  }

  #endpoints(backend: ServiceBackend, namespace: string): string[] {
    const { backends, log } = this.#parts;
    try {
      return endpointsOf(backend, namespace, backends);
    } catch (error) {
      if (!(error instanceof EndpointsMissing)) throw error;
      const { message } = error;
      log.warning(`Error retrieving endpoints for the service ${backend.name}: ${message}`);
      return [];
    }
  }
}

function fileName(key: string): string {
  return key.replace("/", "-");
}
