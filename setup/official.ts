import { existsSync } from "node:fs";
import { join } from "node:path";
import { step } from "../ops/progress.ts";
import { ROOT } from "../ops/project.ts";
import { cliFolder, PULUMI_VERSION, pulumiHome } from "../ops/tools.ts";
import { UserError } from "../ops/user-error.ts";
import { lastLines, run } from "./run.ts";

/** Downloads the CLI. Its plugins are downloaded by the engine when a program first needs them. */
export async function ensureOfficialPulumi(): Promise<void> {
  if (existsSync(join(cliFolder("official"), "bin", "pulumi"))) return;
  await step(`Downloading Pulumi ${PULUMI_VERSION}`, async () => {
    const result = await run(join(ROOT, "node_modules", ".bin", "pulumi"), ["version"], {
      env: { PULUMI_HOME: pulumiHome("official") },
    });
    if (result.code !== 0) {
      throw new UserError(
        `Pulumi could not be downloaded:\n${lastLines(result)}\n` +
          "Run this command again, or with SLIPWAY_TOOLS=offline to build it here instead.",
        1,
      );
    }
  });
}
