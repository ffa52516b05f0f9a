import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SUBJECTS } from "../../infra/settings/table.ts";
import { ROOT } from "../project.ts";
import { withSettings } from "./project-block.ts";
import { settingsPage } from "./settings-page.ts";

/** The files that are made from the table of settings, and their texts. */
export function settingsFiles(): Readonly<Record<string, string>> {
  const project = readFileSync(join(ROOT, "Pulumi.yaml"), "utf8");
  return {
    "Pulumi.yaml": withSettings(project, SUBJECTS),
    "docs/settings.md": settingsPage(SUBJECTS),
  };
}
