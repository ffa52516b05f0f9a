import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Writes a command that runs a TypeScript file of ours under the Node that runs now. */
export function writeNodeCommand(at: string, script: string): void {
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`, { mode: 0o755 });
}
