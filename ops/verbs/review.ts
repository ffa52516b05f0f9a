import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { writeDotenv } from "../dotenv.ts";
import { duration, say } from "../progress.ts";
import { repairInterrupted } from "../repair.ts";
import { reviewConfig } from "../review/derived-config.ts";
import { madePlace } from "../review/made-place.ts";
import { branchOf } from "../review/removal.ts";
import { reviewName } from "../review/review-name.ts";
import { applyConfig, configOf, recoverConfig } from "../review/review-stack.ts";
import { endOf } from "../review/time-to-live.ts";
import { up } from "../up.ts";
import { UserError } from "../user-error.ts";
import { makeStackLike, openStack } from "../workspace.ts";
import { readArguments } from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage =
  "./slipway review -s review-SLUG --like STACK --branch NAME --image REF [--ttl 7d] [--dotenv FILE]";

export const review: Verb = {
  group: "Releases",
  summary:
    "Make or update a stack for a branch, beside the one that it is like, and renew its time to live.",
  usage,
  async run(args) {
    const started = Date.now();
    const { stack: given, values } = readArguments(args, usage, {
      like: { type: "string" },
      branch: { type: "string" },
      image: { type: "string" },
      ttl: { type: "string", default: "7d" },
      dotenv: { type: "string" },
    });
    const asked = values as Readonly<Record<string, string | undefined>>;
    const like = needed(asked, "like", "the stack that it is like, --like dev");
    const branch = needed(asked, "branch", "its branch, --branch NAME");
    const { stack: name, slug } = reviewName(given, branch);
    const image = needed(asked, "image", "what is to run, --image REF");
    const until = endOf(String(values["ttl"]), started);

    const model = await openStack(like);
    const modelConfig = await configOf(model);
    const reach = await madePlace(model, modelConfig);
    const wanted = reviewConfig(modelConfig, { slug, like, branch, until, image, reach });

    const stack = await makeStackLike(name, model, { SLIPWAY_IMAGE: image });
    await refuseOther(stack, branch);
    if (await recoverConfig(stack)) say(`  Pulumi.${name}.yaml is as the last run left it.`);
    await applyConfig(stack, wanted);
    say(`▸ Deploying ${name}, for the branch ${branch}, until ${until} ...`);
    await repairInterrupted(stack);
    const { outputs } = await up(stack);

    const url = String(outputs["url"]?.value);
    if (asked["dotenv"] !== undefined) {
      writeDotenv(asked["dotenv"], {
        SLIPWAY_URL: url,
        SLIPWAY_VERSION: String(outputs["version"]?.value),
        SLIPWAY_IMAGE: String(outputs["verifiedImage"]?.value),
        SLIPWAY_SECONDS: String(Math.round((Date.now() - started) / 1000)),
      });
    }
    say(`✓ ${name} answers with ${outputs["version"]?.value}: ${duration(started)}`);
    process.stdout.write(`${url}\n`);
    return 0;
  },
};

/** One of before may have the name, or by hand; its data is not this branch's. */
async function refuseOther(stack: Stack, branch: string): Promise<void> {
  const other = await branchOf(stack);
  if (other === undefined || other === branch) return;
  throw new UserError(
    `${stack.name} is for the branch "${other}", not for "${branch}". Remove it with its data, and run this again: ` +
      `./slipway sweep -s ${stack.name}`,
  );
}

function needed(
  values: Readonly<Record<string, string | undefined>>,
  option: string,
  what: string,
): string {
  const value = values[option];
  if (value) return value;
  throw new UserError(`Missing: ${what}. usage: ${usage}`);
}
