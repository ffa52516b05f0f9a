import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Clone } from "./clone.ts";

/** The commands of a chapter of the runbook, block by block, with the stack of the clone in the place of `dev`. */
export function runbook(clone: Pick<Clone, "folder" | "stack">, title: string): string[] {
  const text = readFileSync(join(clone.folder, "docs/runbook.md"), "utf8");
  const chapter = text.split(/^## /m).find((one) => one.startsWith(`${title}\n`)) ?? "";
  const blocks = [...chapter.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
  if (blocks.length === 0) throw new Error(`The runbook has no commands for "${title}".`);
  // The name of the stack, and not the folder of devices.
  return blocks.map((block) => block.replaceAll(/(?<!\/)\bdev\b/g, clone.stack));
}
