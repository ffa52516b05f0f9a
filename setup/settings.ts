import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { say } from "../ops/progress.ts";
import { ROOT } from "../ops/project.ts";
import { settingsFiles } from "../ops/settings/files.ts";
import { newCommand } from "../ops/verbs/command.ts";
import { defineVerb } from "../ops/verbs/verb.ts";

export const settings = defineVerb(
  newCommand(
    "settings",
    "Write Pulumi.yaml and docs/settings.md from the table of settings: `npm run settings`.",
  ),
  { group: "Development", needsPulumi: false, run: async () => write() },
);

function write(): number {
  for (const [file, text] of Object.entries(settingsFiles())) {
    writeFileSync(join(ROOT, file), text);
    say(`✓ Wrote ${file}`);
  }
  return 0;
}
