import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { BRANCH, IMAGE_OR_ARCHIVE } from "../../infra/patterns.ts";
import { writeDotenv } from "../dotenv.ts";
import { freeStack } from "../locks/free.ts";
import { duration, say } from "../progress.ts";
import { repairInterrupted } from "../repair.ts";
import { printJson, secondsSince } from "../result.ts";
import { reviewConfig } from "../review/derived-config.ts";
import { madePlace } from "../review/made-place.ts";
import { branchOf } from "../review/removal.ts";
import { reviewName, reviewNames } from "../review/review-name.ts";
import { applyConfig, configOf, recoverConfig } from "../review/review-stack.ts";
import { endOf } from "../review/time-to-live.ts";
import { up } from "../up.ts";
import { UserError } from "../user-error.ts";
import { makeStackLike, openStack, stackNames } from "../workspace.ts";
import { newCommand } from "./command.ts";
import {
  dotenvOption,
  each,
  jsonOption,
  lockOf,
  lockWaitOption,
  matching,
  namedStack,
  text,
} from "./options.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand(
  "review",
  "Create or update the review stack of a branch, beside its model, and renew its time to live.",
)
  .addOption(namedStack("The review stack: review- and the branch's slug."))
  .requiredOption(
    "--like <stack>",
    "The model: the stack whose config and host or cluster it shares.",
    text("--like"),
  )
  .option(
    "--deployed <stack>",
    "A stack that the pipeline deploys, and so no model; for each one again.",
    each("--deployed"),
  )
  .requiredOption("--branch <name>", "The branch.", matching("--branch", BRANCH))
  .requiredOption("--image <reference>", "Image to release.", matching("--image", IMAGE_OR_ARCHIVE))
  .option("--ttl <time>", "Time to live, such as 7d or 12h.", text("--ttl"), "7d")
  .addOption(dotenvOption())
  .addOption(lockWaitOption())
  .addOption(jsonOption());

export const review = defineVerb(command, {
  group: "Releases",
  check({ stack, like, deployed = [], branch, ttl }) {
    refuseModel(like, deployed);
    reviewName(stack, branch);
    endOf(ttl, Date.now());
  },
  async run(options) {
    const started = Date.now();
    const { stack: given, like, branch, image, dotenv } = options;
    const { stack: name, slug } = reviewName(given, branch);
    const lock = lockOf(options);
    const until = endOf(options.ttl, started);

    await refuseEarlier(reviewNames(given, branch).own);
    const model = await openStack(like);
    const modelConfig = await configOf(model);
    const reach = await madePlace(model, modelConfig);
    const wanted = reviewConfig(modelConfig, { slug, like, branch, until, image, reach });

    const stack = await makeStackLike(name, model, { SLIPWAY_IMAGE: image });
    await refuseOther(stack, branch);
    await freeStack(stack, lock);
    if (await recoverConfig(stack)) say(`  Pulumi.${name}.yaml was restored from the last run.`);
    await applyConfig(stack, wanted);
    say(`▸ Deploying ${name}, for the branch ${branch}, until ${until} ...`);
    const { look } = await repairInterrupted(stack);
    const { outputs } = await up(stack, look);

    const url = String(outputs["url"]?.value);
    if (dotenv !== undefined) {
      writeDotenv(dotenv, {
        SLIPWAY_URL: url,
        SLIPWAY_VERSION: String(outputs["version"]?.value),
        SLIPWAY_IMAGE: String(outputs["verifiedImage"]?.value),
        SLIPWAY_SECONDS: String(secondsSince(started)),
      });
    }
    say(`✓ ${name} answers with ${outputs["version"]?.value}: ${duration(started)}`);
    if (options.json === true) {
      const [version, released] = [outputs["version"], outputs["verifiedImage"]].map((one) =>
        String(one?.value ?? ""),
      );
      printJson({
        ...{ stack: name, branch, url, version, image: released, until },
        seconds: secondsSince(started),
      });
    } else process.stdout.write(`${url}\n`);
    return 0;
  },
});

/**
 * What a branch is to reach it can change, with all that is where it is. No stack that a pipeline deploys is a
 * model, and none at all until somebody has made one.
 *
 * @param deployed stacks that the pipeline deploys.
 */
export function refuseModel(like: string, deployed: readonly string[]): void {
  const why =
    like === "none"
      ? "no stack is named as the model of review stacks"
      : `the pipeline deploys ${like} itself, and a branch would get its credentials`;
  if (like !== "none" && !deployed.includes(like)) return;
  throw new UserError(
    `--like is "${like}": ${why}. Create a model that no pipeline deploys, on a host without other ` +
      "workloads, and name it in .gitlab-ci.yml, as the input review_like of ci/deploy.yml. Type: `./slipway init -s previews` " +
      '("Once" in docs/review-apps.md).',
  );
}

/** One of before may have the name, or by hand; its data is not this branch's. */
async function refuseOther(stack: Stack, branch: string): Promise<void> {
  const other = await branchOf(stack);
  if (other === undefined || other === branch) return;
  throw new UserError(
    `${stack.name} is for the branch "${other}", not for "${branch}". Remove it with its data, and run this again: ` +
      `\`./slipway sweep -s ${stack.name}\``,
  );
}

/** It has the branch's host name, and a name that no run takes any more. */
async function refuseEarlier([name, ...earlier]: readonly string[]): Promise<void> {
  if (earlier.length === 0) return;
  const known = (await stackNames()).find((one) => earlier.includes(one));
  if (known === undefined) return;
  throw new UserError(
    `${known} is the branch's stack, of an earlier version of Slipway, whose names were longer; now it is ${name}. ` +
      `Remove it with its data, and run this again: \`./slipway sweep -s ${known}\``,
  );
}
