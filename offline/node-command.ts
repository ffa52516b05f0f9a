import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const COMPILE_CACHE = join(import.meta.dirname, "compile-cache.mjs");

/** Writes a command that runs a TypeScript file of ours under the Node that runs now. */
export function writeNodeCommand(at: string, script: string): void {
  mkdirSync(dirname(at), { recursive: true });
  const words = [process.execPath, "--import", COMPILE_CACHE, script].map((word) => `'${word}'`);
  writeFileSync(at, `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`, { mode: 0o755 });
}
