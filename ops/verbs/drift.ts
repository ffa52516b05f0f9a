import { isColoured } from "../colours.ts";
import { lookAt } from "../look.ts";
import { lostData } from "../missing.ts";
import { previewOf } from "../preview/run.ts";
import { asText } from "../preview/text.ts";
import { say, step } from "../progress.ts";
import { printJson } from "../result.ts";
import { kindAndName } from "../state/urn.ts";
import { openStack } from "../workspace.ts";
import { newCommand } from "./command.ts";
import { jsonOption, stackOption } from "./options.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand(
  "drift",
  "Show drift between deployed and configured resources. Changes nothing; ends with 1 if there is drift.",
)
  .addOption(stackOption())
  .addOption(jsonOption());

export const drift = defineVerb(command, {
  group: "A running stack",
  async run({ stack: name, json }) {
    const stack = await openStack(name);
    const { report } = await step(`Looking at ${name}`, () => previewOf(stack, { refresh: true }));
    const same = report.verdict.includes("no change");
    if (json === true) printJson(report);
    else if (!same) process.stdout.write(asText(report, isColoured()));
    // The report alone would call it a volume to be made.
    const lost = same ? [] : lostData(name, await lookAt(stack)).map(kindAndName);
    say(same ? `✓ ${name} has no drift.` : `slipway: ${name} has drift. ${wayOn(name, lost)}`);
    return same ? 0 : 1;
  },
});

const wayOn = (name: string, lost: readonly string[]) =>
  lost.length > 0
    ? `Its data is lost: ${lost.join(", ")} is gone. \`./slipway up -s ${name}\` changes nothing and says how to go on.`
    : `\`./slipway up -s ${name}\` restores what is configured; to keep a change, put it into the config first.`;
