import { request } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";

/** What an API server says of the kinds that it has. */
export class ApiServer {
  readonly #config: KubeConfig;

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  /** Paths of its descriptions in OpenAPI, one for each version of a group. */
  async documents(): Promise<string[]> {
    const { paths } = JSON.parse(await this.#get("/openapi/v3"));
    return Object.entries<{ serverRelativeURL: string }>(paths)
      .filter(([path]) => /^apis?\//.test(path))
      .map(([, { serverRelativeURL }]) => serverRelativeURL);
  }

  /** The schemas of a document. */
  async document(path: string): Promise<Record<string, Record<string, unknown>>> {
    return JSON.parse(await this.#get(path)).components?.schemas ?? {};
  }

  async #get(path: string): Promise<string> {
    const options = {};
    await this.#config.applyToHTTPSOptions(options);
    const url = new URL(path, this.#config.getCurrentCluster()?.server);
    return await new Promise((done, fail) => {
      const asked = request(url, options, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          body += part;
        });
        response.on("error", fail);
        response.on("end", () => {
          if (response.statusCode === 200) done(body);
          else fail(new Error(`${path} answered ${response.statusCode}: ${body}`));
        });
      });
      asked.on("error", fail);
      asked.end();
    });
  }
}
