import { deploy } from "../deploy.ts";
import { UserError } from "../user-error.ts";
import { LOCK_OPTIONS, lockOptions, positive, readArguments, textOf } from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage =
  "./slipway up -s STACK [--image REFERENCE [--version NAME]] [--commit SHA] [--sequence N] [--force] " +
  "[--dotenv FILE] [--lock-wait SECONDS]";

export const up: Verb = {
  summary:
    "Bring a stack to what program and config say, with an image that is named or that it has.",
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
    });
    const [image, version] = [textOf(values, "image"), textOf(values, "version")];
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
      commit: commitOf(textOf(values, "commit")),
      sequence: sequence === undefined ? undefined : positive(sequence, "--sequence"),
      ifOlder: values["force"] === true ? "deploy" : "skip",
      dotenv: textOf(values, "dotenv"),
      lock: lockOptions(values),
    });
    return 0;
  },
};

/** @throws UserError for what is no name of a commit. */
export function commitOf(value: string | undefined): string | undefined {
  if (value === undefined || /^[0-9a-f]{7,64}$/.test(value)) return value;
  throw new UserError(`--commit is "${value}"; it must be 7 to 64 hexadecimal digits.`);
}
