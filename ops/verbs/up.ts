import { COMMIT } from "../../infra/patterns.ts";
import { deploy } from "../deploy.ts";
import { printJson } from "../result.ts";
import { UserError } from "../user-error.ts";
import { newCommand } from "./command.ts";
import {
  acceptDataLossOption,
  dotenvOption,
  forceOption,
  imageOption,
  jsonOption,
  lockOf,
  lockWaitOption,
  matching,
  optional,
  positive,
  stackOption,
  versionOption,
} from "./options.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand("up", "Deploy a stack: apply its config and, if given, a new image.")
  .addOption(stackOption())
  .addOption(imageOption())
  .addOption(versionOption())
  .option(
    "--commit <sha>",
    "Commit that the image was built from.",
    optional(matching("--commit", COMMIT)),
  )
  .option(
    "--sequence <number>",
    "Where the image stands among those of the app; an older one is skipped.",
    optional(positive("--sequence")),
  )
  .addOption(forceOption("deploy an image that is older than one the stack had"))
  .addOption(dotenvOption())
  .addOption(lockWaitOption())
  .addOption(acceptDataLossOption())
  .addOption(jsonOption());

export const up = defineVerb(command, {
  group: "Releases",
  check({ image, version, sequence }) {
    for (const [option, value] of Object.entries({ version, sequence })) {
      if (value === undefined || image !== undefined) continue;
      throw new UserError(`--${option} belongs to the image of --image, which is missing.`);
    }
  },
  async run(options) {
    const deployed = await deploy({
      stack: options.stack,
      image: options.image,
      version: options.version,
      commit: options.commit,
      sequence: options.sequence,
      ifOlder: options.force === true ? "deploy" : "skip",
      dotenv: options.dotenv,
      lock: lockOf(options),
      acceptedLosses: options.acceptDataLoss ?? [],
    });
    if (options.json === true) printJson(deployed);
    return 0;
  },
});
