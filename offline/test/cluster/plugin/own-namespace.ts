import { afterAll, beforeAll, inject } from "vitest";
import { Plugin, type Properties } from "../../engine/plugins/plugin.ts";

/** A plugin for the cluster, whose objects are in a namespace of the test file's own. */
export class OwnNamespace {
  readonly name = `slipway-test-${process.pid}-${Date.now().toString(36)}`;
  #plugin: Plugin | undefined;

  constructor() {
    let namespace: Made | undefined;
    beforeAll(async () => {
      this.#plugin = await Plugin.start("kubernetes");
      await this.plugin.configure({
        kubeconfig: inject("cluster").kubeconfig,
        namespace: this.name,
      });
      namespace = await this.make("core/v1:Namespace", { metadata: { name: this.name } });
    });
    afterAll(async () => {
      await namespace?.remove();
      await this.plugin.stop();
    });
  }

  get plugin(): Plugin {
    if (this.#plugin === undefined) {
      throw new Error("the plugin has not started");
    }
    return this.#plugin;
  }

  /** Creates an object, without its `apiVersion` and `kind`, which the token says. */
  async make(token: string, object: Properties): Promise<Made> {
    const type = `kubernetes:${token}`;
    const inputs = await this.plugin.checked(type, { ...head(token), ...object });
    const { id, state } = await this.plugin.create(type, inputs);
    return { type, id, inputs, state, remove: () => this.plugin.delete(type, state) };
  }

  /** The inputs as they are after the program gave the object other ones. */
  changed({ type, inputs }: Made, object: Properties): Promise<Properties> {
    const { apiVersion, kind } = inputs;
    return this.plugin.checked(type, { apiVersion, kind, ...object }, inputs);
  }
}

export interface Made {
  readonly type: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly state: Properties;
  remove(): Promise<void>;
}

/** `apps/v1:Deployment`, as an object says it of itself. */
export function head(token: string): Properties {
  const [groupVersion = "", kind] = token.split(":");
  return { apiVersion: groupVersion.replace(/^core\//, ""), kind };
}
