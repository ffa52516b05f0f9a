import { lookAt } from "../look.ts";
import { lostData } from "../missing.ts";
import { previewOf } from "../preview/run.ts";
import { asText } from "../preview/text.ts";
import { say, step } from "../progress.ts";
import { kindAndName } from "../state/urn.ts";
import { openStack } from "../workspace.ts";
import { readArguments } from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage = "./slipway drift -s STACK [--json]";

export const drift: Verb = {
  summary:
    "Show drift between deployed and configured resources. Changes nothing; ends with 1 if there is drift.",
  usage,
  group: "A running stack",
  async run(args) {
    const { stack: name, values } = readArguments(args, usage, { json: { type: "boolean" } });
    const stack = await openStack(name);
    const { report } = await step(`Looking at ${name}`, () => previewOf(stack, { refresh: true }));
    const same = report.verdict.includes("no change");
    if (values["json"] === true) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else if (!same) process.stdout.write(asText(report, process.stdout.isTTY === true));
    // The report alone would call it a volume to be made.
    const lost = same ? [] : lostData(name, await lookAt(stack)).map(kindAndName);
    say(same ? `✓ ${name} has no drift.` : `slipway: ${name} has drift. ${wayOn(name, lost)}`);
    return same ? 0 : 1;
  },
};

const wayOn = (name: string, lost: readonly string[]) =>
  lost.length > 0
    ? `Its data is lost: ${lost.join(", ")} is gone. \`./slipway up -s ${name}\` changes nothing and says how to go on.`
    : `\`./slipway up -s ${name}\` restores what is configured; to keep a change, put it into the config first.`;
