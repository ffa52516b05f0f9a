import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import type { Clone } from "./clone.ts";

/** Writes settings into the stack's file as a person does with an editor; undefined removes one. */
export function setConfig(clone: Clone, settings: Record<string, string | undefined>): void {
  const file = join(clone.folder, `Pulumi.${clone.stack}.yaml`);
  const document = parseDocument(existsSync(file) ? readFileSync(file, "utf8") : "config: {}\n");
  for (const [key, value] of Object.entries(settings)) {
    const path = ["config", `slipway:${key}`];
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, value);
  }
  writeFileSync(file, document.toString());
}
