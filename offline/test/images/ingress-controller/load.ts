import { Agent } from "node:http";
import { setInterval } from "node:timers/promises";
import { ask } from "./ask.ts";

const PAUSE_MS = 20;

export interface Load {
  /** The bodies, in the order in which they came. */
  readonly answers: readonly string[];
  /** Ends it, and tells everything that was no answer with status 200. */
  stop(): Promise<string[]>;
}

/** Asks 100 times a second, whether or not there are answers; half of it on kept-alive connections. */
export function startLoad(address: string, host: string): Load {
  const answers: string[] = [];
  const failures: string[] = [];
  const underWay = new Set<Promise<void>>();
  const agent = new Agent({ keepAlive: true });
  const stop = new AbortController();
  const exchange = async (connection: { agent?: Agent }): Promise<void> => {
    try {
      const { status, body } = await ask({ address, host, ...connection });
      if (status === 200) answers.push(body);
      else failures.push(`${status} ${body}`);
    } catch (error) {
      failures.push(String(error));
    }
  };
  const sending = (async () => {
    try {
      for await (const _ of setInterval(PAUSE_MS, undefined, { signal: stop.signal })) {
        for (const connection of [{ agent }, {}]) {
          const one = exchange(connection);
          underWay.add(one);
          void one.then(() => underWay.delete(one));
        }
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
  })();
  return {
    answers,
    async stop() {
      stop.abort();
      await sending;
      await Promise.all(underWay);
      agent.destroy();
      return failures;
    },
  };
}
