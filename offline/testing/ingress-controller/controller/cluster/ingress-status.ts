import { isIP } from "node:net";
import { isDeepStrictEqual } from "node:util";
import type { Log } from "../log.ts";
import type { Api } from "./api.ts";
import { type Address, type Ingress, keyOf, type Service } from "./objects.ts";

/** Writes the addresses of the controller's own Service into the status of Ingresses. */
export class IngressStatus {
  readonly #api: Api;
  readonly #log: Log;
  readonly #latest: (key: string) => Ingress | undefined;
  #addresses: readonly Address[] | undefined;

  /** @param latest the Ingress with a key as it is in the cluster now. */
  constructor(api: Api, log: Log, latest: (key: string) => Ingress | undefined) {
    this.#api = api;
    this.#log = log;
    this.#latest = latest;
  }

  /** The Service through which clients reach the controller; undefined when it is gone. */
  useService(service: Service | undefined): void {
    this.#addresses = addressesOf(service).map((address) =>
      isIP(address) === 0 ? { hostname: address } : { ip: address },
    );
  }

  /** Before the Service has been seen, there is nothing to tell. */
  async update(ingress: Ingress): Promise<void> {
    if (this.#addresses !== undefined) await this.#write(ingress, this.#addresses);
  }

  async clear(ingress: Ingress): Promise<void> {
    await this.#write(ingress, []);
  }

  async #write(ingress: Ingress, addresses: readonly Address[]): Promise<void> {
    const latest = this.#latest(keyOf(ingress));
    if (latest === undefined) return;
    if (isDeepStrictEqual(latest.status?.loadBalancer?.ingress ?? [], addresses)) return;
    const { namespace, name } = latest.metadata;
    const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/${name}`;
    const replace = (current: Ingress) =>
      this.#api.replace(`${path}/status`, {
        ...current,
        status: { loadBalancer: { ingress: addresses } },
      });
    try {
      await replace(latest).catch(async () => replace(await this.#api.get<Ingress>(path)));
      this.#log.info(`updated status for ing: ${namespace} ${name}`);
    } catch (error) {
      this.#log.error(`error updating ingress status: ${String(error)}`);
    }
  }
}

function addressesOf(service: Service | undefined): string[] {
  if (service === undefined) return [];
  const { spec, status } = service;
  if (spec.type === "ExternalName") return [spec.externalName ?? ""];
  const balanced = status?.loadBalancer?.ingress ?? [];
  return [...balanced.map(({ ip, hostname = "" }) => ip || hostname), ...(spec.externalIPs ?? [])];
}
