import type { Clone } from "../../e2e/clone.ts";
import { register } from "../../e2e/conduit-client.ts";
import type { Contender } from "./contender.ts";

/** Slipway on a clone's stack, with all that an `up` does for a release: migrate, check, switch, verify. */
export async function slipway(clone: Clone): Promise<Contender> {
  return {
    name: "Slipway, `pulumi up`",
    url: clone.url,
    token: await register(clone.url),
    async release(image) {
      const { code, output } = await clone.pulumi(
        ["up", "--yes", "--skip-preview", "--non-interactive"],
        { SLIPWAY_IMAGE: image },
      );
      if (code !== 0) throw new Error(output);
    },
  };
}
