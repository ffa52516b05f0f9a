import { randomBytes } from "node:crypto";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { ReleaseRecord } from "../../components/release-record.ts";
import { readConfig, setSecret } from "../config.ts";
import { releasesOf } from "../deploy.ts";
import { openForChange } from "../open-for-change.ts";
import { duration, say } from "../progress.ts";
import { printJson, secondsSince } from "../result.ts";
import { up } from "../up.ts";
import { UserError } from "../user-error.ts";
import { openStack } from "../workspace.ts";
import { newCommand } from "./command.ts";
import { choice, jsonOption, lockOf, lockWaitOption, stackOption } from "./options.ts";
import { defineVerb } from "./verb.ts";

const SECRETS = ["databasePassword", "appSecret"] as const;

/**
 * What is written into the stack's config, before the `up` that brings it about.
 *
 * @returns what that makes of the secret before; empty where there was none.
 */
const rotations: Readonly<
  Record<
    (typeof SECRETS)[number],
    (stack: Stack, live: ReleaseRecord | undefined) => Promise<string>
  >
> = {
  async databasePassword(stack, live) {
    await setSecret(stack, "databasePassword", newSecret());
    return live === undefined ? "" : "The old password no longer logs in. ";
  },
  async appSecret(stack) {
    const old = await readConfig(stack, "appSecret");
    // First, so that a run that is cut off here has taken nothing away.
    if (old !== undefined) await setSecret(stack, "previousAppSecret", old);
    await setSecret(stack, "appSecret", newSecret());
    return old === undefined ? "" : oldAppSecret(stack.name);
  },
};

const command = newCommand(
  "rotate",
  "Replace a secret by a new one, in config and in the running app, without a gap. The live release stays.",
)
  .addOption(stackOption())
  .addArgument(choice("secret", SECRETS, "The secret to replace."))
  .addOption(lockWaitOption())
  .addOption(jsonOption());

export const rotate = defineVerb(command, {
  group: "Releases",
  async run(options, secret) {
    const started = Date.now();
    const { stack: name } = options;
    const { stack, look } = await openForChange(name, lockOf(options));
    if (secret === "databasePassword") await refuseForeignDatabase(stack);
    const [live] = await releasesOf(stack);
    const afterwards = await rotations[secret](stack, live);
    say(
      `✓ Pulumi.${name}.yaml has a new ${secret}. If this run stops here, the next up continues with it.`,
    );
    if (live !== undefined)
      say(`  ${live.version} (${live.image}) stays live: a rotation releases no other image.`);
    await up(live === undefined ? stack : await openStack(name, asItIs(live)), look);
    say(
      `✓ ${secret} of ${name} is rotated: ${duration(started)}. ${afterwards}Commit the stack's file.`,
    );
    if (options.json === true) {
      const version = live?.version ?? null;
      printJson({ stack: name, secret, version, seconds: secondsSince(started) });
    }
    return 0;
  },
});

/** What is live is asked for, whatever config names and the folder has: a rotation is no release. */
function asItIs({ image, version, rollbackOf, sequence }: ReleaseRecord): Record<string, string> {
  return {
    SLIPWAY_IMAGE: image,
    SLIPWAY_VERSION: version,
    ...(rollbackOf !== "" && { SLIPWAY_ROLLBACK_OF: rollbackOf }),
    ...(sequence !== undefined && { SLIPWAY_SEQUENCE: String(sequence) }),
  };
}

/** A password that is made here opens no database that somebody else administers. */
async function refuseForeignDatabase(stack: Stack): Promise<void> {
  const database = await readConfig(stack, "database");
  if (database === "none") {
    throw new UserError(`${stack.name} has no database (slipway:database is "none").`);
  }
  if (database === "external") {
    throw new UserError(
      `The database of ${stack.name} is external: change its password there first. Then ` +
        `type:\n  npm run pulumi -- config set --secret databasePassword -s ${stack.name}\n` +
        `  ./slipway up -s ${stack.name}`,
    );
  }
}

const oldAppSecret = (stack: string) =>
  "An app that accepts PREVIOUS_APP_SECRET still accepts tokens of the old secret. To end that, type: " +
  `\`npm run pulumi -- config rm previousAppSecret -s ${stack}\`, and \`./slipway up -s ${stack}\`. `;

const newSecret = () => randomBytes(24).toString("base64url");
