import { COMMIT } from "../../infra/patterns.ts";
import { deploy } from "../deploy.ts";
import { UserError } from "../user-error.ts";
import {
  checkedOf,
  imageOf,
  LOCK_OPTIONS,
  LOSS_OPTIONS,
  lockOptions,
  positive,
  readArguments,
  textOf,
} from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage =
  "./slipway up -s STACK [--image REFERENCE [--version NAME]] [--commit SHA] [--sequence N] [--force] " +
  "[--dotenv FILE] [--lock-wait SECONDS] [--accept-data-loss NAME]";

export const up: Verb = {
  summary: "Deploy a stack: apply its config and, if given, a new image.",
  usage,
  group: "Releases",
  async run(args) {
    const { stack, values } = readArguments(args, usage, {
      ...LOCK_OPTIONS,
      image: { type: "string" },
      version: { type: "string" },
      commit: { type: "string" },
      sequence: { type: "string" },
      force: { type: "boolean" },
      dotenv: { type: "string" },
      ...LOSS_OPTIONS,
    });
    const { image, version } = imageOf(values);
    const sequence = textOf(values, "sequence");
    for (const [option, value] of Object.entries({ version, sequence })) {
      if (value === undefined || image !== undefined) continue;
      throw new UserError(
        `--${option} belongs to the image of --image, which is missing. usage: ${usage}`,
      );
    }
    await deploy({
      stack,
      image,
      version,
      commit: checkedOf(values, "commit", COMMIT),
      sequence: sequence === undefined ? undefined : positive(sequence, "--sequence"),
      ifOlder: values["force"] === true ? "deploy" : "skip",
      dotenv: textOf(values, "dotenv"),
      lock: lockOptions(values),
      acceptedLosses: values["accept-data-loss"] ?? [],
    });
    return 0;
  },
};
