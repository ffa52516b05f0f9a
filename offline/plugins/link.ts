import { createRequire } from "node:module";
import { join } from "node:path";
import { writeNodeCommand } from "../node-command.ts";

const require = createRequire(import.meta.url);

/** The plugins that have a stand-in, by the name that the engine knows them by. */
const STAND_INS = [
  "docker",
  "command",
  "digitalocean",
  "gcp",
  "kubernetes",
  "random",
  "tls",
] as const;

/**
 * Puts the plugins of the SDKs that are installed where the engine looks for them.
 *
 * @param home PULUMI_HOME of that engine.
 */
export function linkPlugins(home: string): void {
  for (const name of STAND_INS) {
    writeNodeCommand(pluginIn(home, name), join(import.meta.dirname, name, "main.ts"));
  }
}

/** The engine asks for the version of the SDK, whichever version the plugin is. */
function pluginIn(home: string, name: string): string {
  const { version } = require(`@pulumi/${name}/package.json`);
  return join(home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`);
}
