import type { KubeConfig, V1Pod } from "@kubernetes/client-node";
import { CURRENT_FILES, STATIC_FOLDER } from "../../nginx/places.ts";
import { SOME_FILE, SOURCES } from "../../static-check.ts";
import { execPrinted } from "./exec.ts";
import type { Question } from "./http-probe.ts";
import { isPodReady } from "./pods.ts";

/** The static files of the release that is live, as a pod of Nginx has them. */
export class FrontFiles {
  readonly #config: KubeConfig;
  readonly #namespace: string;
  readonly #pod: string | undefined;

  /** @param pods those of Nginx; of none that is ready, nothing is known. */
  constructor(config: KubeConfig, namespace: string, pods: readonly V1Pod[]) {
    this.#config = config;
    this.#namespace = namespace;
    this.#pod = pods.find(isPodReady)?.metadata?.name;
  }

  /**
   * What a client asks to get one of them; undefined where there is none.
   *
   * @param below the question for what they are below.
   */
  async question(below: Question): Promise<Question | undefined> {
    const file = (await this.#printed(SOME_FILE)).trim();
    return file === "" ? undefined : { ...below, url: `${below.url}${file}` };
  }

  /** Paths of what looks like sources or settings, a line each. */
  async sources(): Promise<string> {
    return await this.#printed(SOURCES);
  }

  /** In the folder of the release; empty where nobody can be asked: that is no fault of the files. */
  async #printed(command: string): Promise<string> {
    if (this.#pod === undefined) return "";
    const where = { namespace: this.#namespace, pod: this.#pod, container: "nginx" };
    const words = ["sh", "-euc", `cd ${STATIC_FOLDER}/${CURRENT_FILES}; ${command}`];
    return await execPrinted(this.#config, where, words).catch(() => "");
  }
}
