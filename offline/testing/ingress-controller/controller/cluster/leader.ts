import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../log.ts";
import { type Api, ApiError } from "./api.ts";

const LEASE_SECONDS = 30;
const RENEW_MS = 15_000;
const RETRY_MS = 7500;

interface Lease {
  readonly metadata: object;
  readonly spec?: LeaseSpec;
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

interface Options {
  readonly api: Api;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly namespace: string;
  readonly lockName: string;
  readonly identity: string;
  readonly onStart: () => void;
}

/** One of several controllers leads, as long as it renews a Lease; the next waits until that has run out. */
export class LeaderElection {
  readonly #options: Options;
  #leads = false;
  /** The state of the Lease that was last seen to be new, and when that was by our own clock. */
  #seen = { renewTime: "", at: 0 };

  constructor(options: Options) {
    this.#options = options;
  }

  isLeader(): boolean {
    return this.#leads;
  }

  /** Who has led and lost it does not try again before it is started anew. */
  async run(): Promise<void> {
    const { log, signal, onStart } = this.#options;
    while (!signal.aborted && !(await this.#tries())) await this.#pause();
    if (signal.aborted) return;
    this.#leads = true;
    log.debug("started leading");
    onStart();
    let renewed = performance.now();
    while (!signal.aborted && performance.now() - renewed < RENEW_MS) {
      await this.#pause();
      if (await this.#tries()) renewed = performance.now();
    }
    this.#leads = false;
    log.debug("stopped leading");
  }

  async #pause(): Promise<void> {
    const { signal } = this.#options;
    const spread = 1 + (this.#leads ? 0 : Math.random() * 1.2);
    await wait(RETRY_MS * spread, undefined, { signal }).catch(() => undefined);
  }

  async #tries(): Promise<boolean> {
    const { log, lockName, namespace } = this.#options;
    try {
      return await this.#takesOrRenews();
    } catch (error) {
      log.debug(`error of leader election lock ${namespace}/${lockName}: ${String(error)}`);
      return false;
    }
  }

  async #takesOrRenews(): Promise<boolean> {
    const { api, identity, lockName, namespace } = this.#options;
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
    const lease = await this.#read(`${leases}/${lockName}`);
    const renewTime = new Date().toISOString().replace("Z", "000Z");
    if (lease === undefined) {
      await api.create(leases, {
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name: lockName, namespace },
        spec: this.#spec({ acquireTime: renewTime, renewTime, leaseTransitions: 0 }),
      });
      return true;
    }
    const { spec = {} } = lease;
    const isOurs = spec.holderIdentity === identity;
    if (!isOurs && this.#isHeld(spec)) return false;
    const leaseTransitions = (spec.leaseTransitions ?? 0) + (isOurs ? 0 : 1);
    const acquireTime = isOurs ? (spec.acquireTime ?? renewTime) : renewTime;
    await api.replace(`${leases}/${lockName}`, {
      ...lease,
      spec: this.#spec({ acquireTime, renewTime, leaseTransitions }),
    });
    return true;
  }

  async #read(path: string): Promise<Lease | undefined> {
    try {
      return await this.#options.api.get<Lease>(path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  #spec(times: LeaseSpec): LeaseSpec {
    const { identity } = this.#options;
    return { holderIdentity: identity, leaseDurationSeconds: LEASE_SECONDS, ...times };
  }

  /** Clocks differ between machines, so only our own measures how long ago the holder renewed. */
  #isHeld({ holderIdentity = "", renewTime = "", leaseDurationSeconds = 0 }: LeaseSpec): boolean {
    if (holderIdentity === "") return false;
    if (renewTime !== this.#seen.renewTime) this.#seen = { renewTime, at: performance.now() };
    return performance.now() - this.#seen.at < leaseDurationSeconds * 1000;
  }
}
