import { resolve } from "node:path";
import { serve } from "../hook/serve.ts";
import { readHookSettings } from "../hook/settings.ts";
import { newCommand } from "./command.ts";
import { text } from "./options.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand(
  "hook",
  "Serve GitLab's webhook and deploy the images of its pipelines. See docs/hook.md.",
)
  .requiredOption("--config <file>", "File with the settings of the hook.", text("--config"))
  .option("--check", "Check the file and show its routes, without serving.");

export const hook = defineVerb(command, {
  group: "Releases",
  needsPulumi: false,
  async run({ config, check }) {
    const settings = readHookSettings(resolve(config));
    if (check !== true) return await serve(settings);
    const stacks = settings.routes.map(
      ({ kind, pattern, stack }) => `${kind} ${pattern} → ${stack}`,
    );
    process.stdout.write(`✓ ${config}: ${settings.project}, ${stacks.join(", ")}\n`);
    return 0;
  },
});
