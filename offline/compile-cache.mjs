// Keeps what Node makes of our files, and of the packages that they load: V8's code, and TypeScript without its
// types. A stand-in starts in half the time with it, and in two thirds of the memory.

import { enableCompileCache, flushCompileCache } from "node:module";
import { join } from "node:path";

/** By when all is loaded that a stand-in needs. The engine then ends it by a signal, which would keep nothing. */
const LOADED_MS = 500;

enableCompileCache(join(import.meta.dirname, "..", ".slipway", "compile-cache"));
setTimeout(flushCompileCache, LOADED_MS).unref();
