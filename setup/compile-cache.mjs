// Keeps in the clone what Node makes of our files and of the packages that they load: V8's code, and TypeScript
// without its types. It is of this process alone: tests that measure coverage want none.

import { enableCompileCache } from "node:module";
import { join } from "node:path";

enableCompileCache(join(import.meta.dirname, "..", ".slipway", "compile-cache"));
