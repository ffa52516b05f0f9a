import { resolve } from "node:path";
import { serve } from "../hook/serve.ts";
import { readHookSettings } from "../hook/settings.ts";
import { UserError } from "../user-error.ts";
import { readOptions } from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage = "./slipway hook --config FILE [--check]";

export const hook: Verb = {
  summary: "Serve GitLab's webhook and deploy the images of its pipelines. See docs/hook.md.",
  usage,
  group: "Releases",
  withoutPulumi: true,
  async run(args) {
    const { values } = readOptions(args, usage, {
      config: { type: "string" },
      check: { type: "boolean" },
    });
    const { config, check } = values;
    if (config === undefined) throw new UserError(`Which config? usage: ${usage}`);
    const settings = readHookSettings(resolve(config));
    if (check !== true) return await serve(settings);
    const stacks = settings.routes.map(
      ({ kind, pattern, stack }) => `${kind} ${pattern} → ${stack}`,
    );
    process.stdout.write(`✓ ${config}: ${settings.project}, ${stacks.join(", ")}\n`);
    return 0;
  },
};
