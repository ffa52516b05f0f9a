import { randomBytes } from "node:crypto";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { readConfig, setSecret } from "../config.ts";
import { openForChange } from "../open-for-change.ts";
import { duration, say } from "../progress.ts";
import { up } from "../up.ts";
import { UserError } from "../user-error.ts";
import { LOCK_OPTIONS, lockOptions, readArguments } from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage = "./slipway rotate -s STACK databasePassword|appSecret [--lock-wait SECONDS]";

/** What is written into the stack's config, before the `up` that brings it about. */
const rotations: Readonly<Record<string, (stack: Stack) => Promise<void>>> = {
  databasePassword: (stack) => setSecret(stack, "databasePassword", newSecret()),
  async appSecret(stack) {
    const old = await readConfig(stack, "appSecret");
    // First, so that a run that is cut off here has taken nothing away.
    if (old !== undefined) await setSecret(stack, "previousAppSecret", old);
    await setSecret(stack, "appSecret", newSecret());
  },
};

export const rotate: Verb = {
  summary: "Put a new secret in the place of one, in config and in what runs, without a gap.",
  usage,
  group: "Releases",
  async run(args) {
    const started = Date.now();
    const { stack: name, values, positionals } = readArguments(args, usage, LOCK_OPTIONS, true);
    const [secret = "", ...more] = positionals;
    const rotation = rotations[secret];
    if (rotation === undefined || more.length > 0) {
      throw new UserError(`Which secret? usage: ${usage}`);
    }
    const stack = await openForChange(name, lockOptions(values));
    await rotation(stack);
    say(
      `✓ Pulumi.${name}.yaml has a new ${secret}. Should this end here, the next up goes on with it.`,
    );
    await up(stack);
    say(
      `✓ ${secret} of ${name} is rotated: ${duration(started)}. ${AFTERWARDS[secret] ?? ""}`.trim(),
    );
    return 0;
  },
};

const AFTERWARDS: Readonly<Record<string, string>> = {
  databasePassword: "The old one no longer logs in. Commit the stack's file.",
  appSecret:
    "What the old one signed is still valid. Commit the stack's file; when that may end: " +
    "`pulumi config rm previousAppSecret` and up.",
};

const newSecret = () => randomBytes(24).toString("base64url");
