import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../log.ts";
import { type Api, ApiError } from "./api.ts";
import { keyOf, type Resource } from "./objects.ts";

interface List<T> {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly Omit<T, "kind" | "apiVersion">[] | null;
}

interface WatchEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

/** Told of every difference; without `after`, the resource is gone, without `before`, it is new. */
export type Listener<T> = (change: { before?: T; after?: T }) => void;

interface Options {
  readonly api: Api;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Of one list each, such as one for each namespace. */
  readonly paths: readonly string[];
  readonly query?: string;
}

const RETRY_MS = 1000;
const WATCH_SECONDS = 300;

/** The resources of a kind as they are in the cluster now. */
export class Watched<T extends Resource> {
  readonly #options: Options;
  readonly #resources = new Map<string, T>();
  /** By their paths, what ends the following of each list. */
  readonly #followed = new Map<string, AbortController>();
  readonly #listener: Listener<T>;

  constructor(options: Options, listener: Listener<T> = () => {}) {
    this.#options = options;
    this.#listener = listener;
  }

  get(key: string): T | undefined {
    return this.#resources.get(key);
  }

  all(): T[] {
    return [...this.#resources.values()];
  }

  /** Resolves when all that is in the cluster is known; then goes on to follow it. */
  async start(): Promise<void> {
    await Promise.all(this.#options.paths.map((path) => this.add(path)));
  }

  /** Follows one list more; resolves when all that is in it is known, however long that takes. */
  async add(path: string): Promise<void> {
    const end = new AbortController();
    this.#followed.set(path, end);
    const signal = AbortSignal.any([this.#options.signal, end.signal]);
    await new Promise<void>((listed) => {
      signal.addEventListener("abort", () => listed());
      void this.#follow(path, signal, listed);
    });
  }

  /** Follows it no longer: for whoever listens, all that was in it is gone. */
  drop(path: string): void {
    this.#followed.get(path)?.abort();
    this.#followed.delete(path);
    for (const resource of this.all()) {
      if (isUnder(path, resource)) this.#remove(resource);
    }
  }

  async #follow(path: string, signal: AbortSignal, listed: () => void): Promise<void> {
    const { log } = this.#options;
    while (!signal.aborted) {
      try {
        let version = await this.#list(path);
        listed();
        while (!signal.aborted) version = await this.#watch(path, version, signal);
      } catch (error) {
        if (signal.aborted) return;
        const isOutdated = error instanceof ApiError && error.status === 410;
        if (!isOutdated) log.warning(`${path} could not be watched: ${String(error)}`);
        await wait(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #list(path: string): Promise<string> {
    const { api, query = "" } = this.#options;
    const list = await api.get<List<T>>(`${path}?${query}`);
    const kind = list.kind.replace(/List$/, "");
    const found = new Map(
      (list.items ?? []).map((item) => {
        const resource = { ...item, kind, apiVersion: list.apiVersion } as T;
        return [keyOf(resource), resource];
      }),
    );
    for (const [key, resource] of this.#resources) {
      if (isUnder(path, resource) && !found.has(key)) this.#remove(resource);
    }
    for (const resource of found.values()) this.#set(resource);
    return list.metadata.resourceVersion;
  }

  /** The version up to which is known what happened, when the server ends the answer. */
  async #watch(path: string, from: string, signal: AbortSignal): Promise<string> {
    const { api, query = "" } = this.#options;
    const options = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${WATCH_SECONDS}`;
    // A connection that is lost without a word would never end by itself.
    const limit = AbortSignal.any([signal, AbortSignal.timeout((WATCH_SECONDS + 30) * 1000)]);
    const address = `${path}?${options}&resourceVersion=${from}&${query}`;
    let version = from;
    for await (const line of linesOf(await api.stream(address, limit))) {
      const { type, object } = JSON.parse(line) as WatchEvent<T>;
      if (type === "ERROR") {
        const { code = 0, message = line } = object as unknown as {
          code?: number;
          message?: string;
        };
        throw new ApiError(code, message);
      }
      version = object.metadata.resourceVersion;
      if (type === "DELETED") this.#remove(object);
      else if (type !== "BOOKMARK") this.#set(object);
    }
    return version;
  }

  #set(after: T): void {
    const before = this.#resources.get(keyOf(after));
    if (before?.metadata.resourceVersion === after.metadata.resourceVersion) return;
    this.#resources.set(keyOf(after), after);
    this.#listener(before === undefined ? { after } : { before, after });
  }

  #remove(before: T): void {
    this.#resources.delete(keyOf(before));
    this.#listener({ before });
  }
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line !== "");
  }
}

function isUnder(path: string, { metadata }: Resource): boolean {
  const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1];
  return namespace === undefined || namespace === metadata.namespace;
}
