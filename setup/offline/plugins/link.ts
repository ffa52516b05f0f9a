import { createRequire } from "node:module";
import { join } from "node:path";
import { pulumiHome } from "../../../ops/tools.ts";
import { writeNodeCommand } from "../node-command.ts";

const require = createRequire(import.meta.url);

/** The plugins that have a stand-in, by the name that the engine knows them by. */
const PLUGINS = [
  "docker",
  "command",
  "digitalocean",
  "gcp",
  "kubernetes",
  "random",
  "tls",
] as const;

/** Puts the stand-ins where the engine looks for the plugins of the SDKs that are installed. */
export function linkPlugins(): void {
  for (const name of PLUGINS) {
    const { version } = require(`@pulumi/${name}/package.json`);
    writeNodeCommand(
      join(
        pulumiHome("offline"),
        "plugins",
        `resource-${name}-v${version}`,
        `pulumi-resource-${name}`,
      ),
      join(import.meta.dirname, name, "main.ts"),
    );
  }
}
