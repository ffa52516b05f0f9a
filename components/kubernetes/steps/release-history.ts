import type { CoreV1Api, V1ConfigMap } from "@kubernetes/client-node";
import { parseRecord, type ReleaseRecord, recorded, recordLine } from "../../release-record.ts";
import { isNotFound } from "./connection.ts";
import type { Rolled } from "./deployments.ts";

/** The object in which a stack's releases are recorded, and what the last verified one is made from. */
const NAME = "releases";
const RECORD = "releases.jsonl";
const VERIFIED = "verified.json";

export class ReleaseHistory {
  readonly #core: CoreV1Api;
  readonly #namespace: string;

  constructor(core: CoreV1Api, namespace: string) {
    this.#core = core;
    this.#namespace = namespace;
  }

  /** Newest first, those that failed included. */
  async releases(): Promise<ReleaseRecord[]> {
    return parseRecord((await this.#read())?.data?.[RECORD] ?? "");
  }

  /** What the last verified release is made from. */
  async verified(): Promise<readonly Rolled[] | undefined> {
    const text = (await this.#read())?.data?.[VERIFIED];
    return text === undefined ? undefined : JSON.parse(text);
  }

  /**
   * @param madeFrom what the release is made from, if it was verified.
   * @returns the record with it.
   */
  async add(entry: ReleaseRecord, madeFrom?: readonly Rolled[]): Promise<readonly ReleaseRecord[]> {
    const before = await this.#read();
    const releases = recorded(entry, parseRecord(before?.data?.[RECORD] ?? ""));
    const data = {
      ...before?.data,
      [RECORD]: releases.map(recordLine).join(""),
      ...(madeFrom === undefined ? {} : { [VERIFIED]: JSON.stringify(madeFrom) }),
    };
    const namespace = this.#namespace;
    const body: V1ConfigMap = { ...before, metadata: { ...before?.metadata, name: NAME }, data };
    if (before === undefined) await this.#core.createNamespacedConfigMap({ namespace, body });
    else await this.#core.replaceNamespacedConfigMap({ namespace, name: NAME, body });
    return releases;
  }

  async #read(): Promise<V1ConfigMap | undefined> {
    try {
      const where = { namespace: this.#namespace, name: NAME };
      return await this.#core.readNamespacedConfigMap(where);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}
