import type { ReleaseRecord } from "../../components/release-record.ts";
import { readConfig } from "../config.ts";
import { openForChange } from "../open-for-change.ts";
import { duration, say } from "../progress.ts";
import { printJson, secondsSince } from "../result.ts";
import { targetOf } from "../targets/index.ts";
import { up } from "../up.ts";
import { UserError } from "../user-error.ts";
import { openStack } from "../workspace.ts";
import { newCommand } from "./command.ts";
import { jsonOption, lockOf, lockWaitOption, stackOption, text } from "./options.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand(
  "rollback",
  "Release an earlier image again: of the last verified release, or of the version in --to.",
)
  .addOption(stackOption())
  .option("--to <version>", "The version to go back to.", text("--to"))
  .addOption(lockWaitOption())
  .addOption(jsonOption());

export const rollback = defineVerb(command, {
  group: "Releases",
  async run(options) {
    const started = Date.now();
    const { stack: name } = options;
    const { stack, look } = await openForChange(name, lockOf(options));
    const target = look?.target ?? (await targetOf(stack));
    const { live, goal } = chooseGoal(
      (await target.releases()).filter(({ verified }) => verified),
      options.to,
      name,
    );
    say(`▸ Rolling ${name} back from ${live.version} to ${goal.version} (${goal.image}) ...`);
    if ((await readConfig(stack, "database")) !== "none") {
      say(
        `  The database is not rolled back: ${goal.version} has to work with the schema of later migrations.`,
      );
    }
    const rolling = await openStack(name, {
      SLIPWAY_IMAGE: goal.image,
      SLIPWAY_VERSION: goal.version,
      SLIPWAY_ROLLBACK_OF: live.image,
    });
    const { outputs } = await up(rolling, look);
    say(`✓ ${outputs["url"]?.value} answers with ${goal.version} again: ${duration(started)}`);
    if (options.json === true) {
      printJson({
        ...{ stack: name, url: String(outputs["url"]?.value ?? "") },
        ...{ version: goal.version, image: goal.image, rolledBack: live.version },
        seconds: secondsSince(started),
      });
    }
    return 0;
  },
});

/** @param verified releases that were seen to answer, newest first. */
export function chooseGoal(
  verified: readonly ReleaseRecord[],
  version: string | undefined,
  stack: string,
): { live: ReleaseRecord; goal: ReleaseRecord } {
  const [live, ...earlier] = verified;
  if (live === undefined) throw new UserError("Nothing was released to this stack yet.");
  const others = earlier.filter(({ image }) => image !== live.image);
  if (version !== undefined) {
    const goal = others.find((one) => one.version === version);
    if (goal !== undefined) return { live, goal };
    const isLive = live.version === version;
    throw new UserError(
      isLive
        ? `${version} is live already.`
        : `${stack} has no verified release ${version}. To list its releases: \`./slipway releases -s ${stack}\`.`,
    );
  }
  // What was taken back once is no place to go back to.
  const takenBack = new Set(verified.map(({ rollbackOf }) => rollbackOf));
  const goal = others.find(({ image }) => !takenBack.has(image));
  if (goal !== undefined) return { live, goal };
  throw new UserError(
    `No verified release before ${live.version} is left that was not rolled back itself. ` +
      `Choose a version with --to VERSION; to list them: \`./slipway releases -s ${stack}\`.`,
  );
}
