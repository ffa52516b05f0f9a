import { examine, examineStack, type Result } from "../doctor/index.ts";
import { thisWorld } from "../doctor/world.ts";
import { printJson } from "../result.ts";
import { newCommand } from "./command.ts";
import { jsonOption, optionalStack } from "./options.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand(
  "doctor",
  "Check machine, credentials, config and host, and print the lines to type. Ends with 1 if a check fails.",
)
  .addOption(optionalStack("The stack to check too, with its host, its cluster and its settings."))
  .addOption(jsonOption());

export const doctor = defineVerb(command, {
  group: "First day",
  needsPulumi: false,
  async run({ stack: name, json }) {
    const { result, stack } = await examineStack(name);
    const results = [...(await examine(thisWorld(stack))), result];
    if (json === true) printJson(results);
    else process.stdout.write(results.map(linesOf).join(""));
    return results.some(({ state }) => state === "wrong") ? 1 : 0;
  },
});

const SIGNS = { ok: "✓", wrong: "✗", none: "–" } as const;

function linesOf(result: Result): string {
  const line = `${SIGNS[result.state]} ${result.name}: ${result.says}\n`;
  return result.state === "wrong" && result.type !== "" ? `${line}    ${result.type}\n` : line;
}
