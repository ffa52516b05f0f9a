import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../log.ts";
import type { Api } from "./api.ts";
import type { Events } from "./events.ts";
import type { Pod } from "./objects.ts";

const ATTEMPTS = 10;
const RETRY_MS = 5000;

interface Parts {
  readonly api: Api;
  readonly events: Events;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Labels the controller's own pod with what runs in it; without the permission it says so, and goes on. */
export async function labelPod(
  path: string,
  labels: Readonly<Record<string, string>>,
  { api, events, log, signal }: Parts,
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS && !signal.aborted; attempt += 1) {
    try {
      const pod = await api.get<Pod>(path);
      const metadata = { ...pod.metadata, labels: { ...pod.metadata.labels, ...labels } };
      await api.replace(path, { ...pod, metadata });
      const list = Object.entries(metadata.labels).map(([name, value]) => `${name}="${value}"`);
      events.normal(pod, "UpdatePodLabel", `Successfully added version labels, ${list.join(", ")}`);
      return;
    } catch (error) {
      log.error(
        `Error updating pod with labels on attempt ${attempt} of ${ATTEMPTS}: ${String(error)}`,
      );
      await wait(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
