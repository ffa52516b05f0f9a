import { type KubeConfig, type V1Pod, Watch } from "@kubernetes/client-node";
import { until } from "./until.ts";

/** Exit code of a process that was ended by SIGKILL. */
const KILLED = 137;
/** For the last event of a pod that is gone already. */
const HEARSAY_SECONDS = 2;
const POLL_MILLISECONDS = 100;

/** Watches the app's pods that are told to end, to know which of them ended only when they were killed. */
export class EndingPods {
  readonly #killed = new Set<string>();
  readonly #leaving = new Set<string>();
  readonly #watch: Promise<AbortController | undefined>;

  constructor(config: KubeConfig, namespace: string) {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
    const query = { labelSelector: "slipway.role=web" };
    this.#watch = new Watch(config)
      .watch(path, query, (phase, pod: V1Pod) => this.#note(phase, pod), ignore)
      // A login that may not watch has no release fail for it.
      .catch(() => undefined);
  }

  /** Their names, once those that were seen to leave have left. Ends the watch. */
  async killed(): Promise<readonly string[]> {
    await until(
      async () => this.#leaving.size,
      (left) => left === 0,
      { seconds: HEARSAY_SECONDS, milliseconds: POLL_MILLISECONDS },
    );
    await this.end();
    return [...this.#killed].sort();
  }

  async end(): Promise<void> {
    (await this.#watch)?.abort();
  }

  #note(phase: string, pod: V1Pod): void {
    const { name = "", deletionTimestamp } = pod.metadata ?? {};
    if (phase === "DELETED") this.#leaving.delete(name);
    else if (deletionTimestamp !== undefined) this.#leaving.add(name);
    if (deletionTimestamp !== undefined && wasKilled(pod)) this.#killed.add(name);
  }
}

/** Where it needed more than its memory, that is another matter. */
function wasKilled({ status }: V1Pod): boolean {
  const app = status?.containerStatuses?.find(({ name }) => name === "app");
  const { exitCode, reason } = app?.state?.terminated ?? {};
  return exitCode === KILLED && reason !== "OOMKilled";
}

/** The server ends a watch now and then: less is known then, and nothing is wrong. */
const ignore = (): void => {};
