/** The names of this package for the product. */
export { ensureEngine, isEngineBuilt } from "./engine/index.ts";
export { ensureOfflineImages, offlineImages } from "./images/index.ts";
export { linkPlugins } from "./plugins/link.ts";
export { CommandFailed } from "./run.ts";
