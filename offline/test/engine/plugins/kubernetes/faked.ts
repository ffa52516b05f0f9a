import { afterAll, beforeAll, beforeEach } from "vitest";
import { Plugin, type Properties } from "../plugin.ts";
import { FakeApiServer } from "./fake-api-server.ts";

/** A plugin with an API server of its own, which knows nothing when a test begins. */
export class Faked {
  #server: FakeApiServer | undefined;
  #plugin: Plugin | undefined;

  constructor() {
    beforeAll(async () => {
      this.#server = await FakeApiServer.start();
      this.#plugin = await Plugin.start("kubernetes");
      await this.#plugin.configure({ kubeconfig: this.#server.kubeconfig });
    });
    beforeEach(() => this.server.forget());
    afterAll(async () => {
      await this.#plugin?.stop();
      this.#server?.stop();
    });
  }

  get server(): FakeApiServer {
    return started(this.#server);
  }

  get plugin(): Plugin {
    return started(this.#plugin);
  }

  /** An object that exists, and its state. */
  async make(type: string, given: Properties): Promise<{ inputs: Properties; state: Properties }> {
    const inputs = await this.plugin.checked(type, given);
    const { state } = await this.plugin.create(type, inputs);
    return { inputs, state };
  }
}

function started<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) {
    throw new Error("it has not started");
  }
  return thing;
}
