import { examine, examineStack, type Result } from "../doctor/index.ts";
import { thisWorld } from "../doctor/world.ts";
import { readOptions } from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage = "./slipway doctor [-s STACK] [--json]";

export const doctor: Verb = {
  summary:
    "Check machine, credentials, config and host, and print the lines to type. Ends with 1 if a check fails.",
  usage,
  group: "First day",
  withoutPulumi: true,
  async run(args) {
    const { values } = readOptions(args, usage, {
      stack: { type: "string", short: "s" },
      json: { type: "boolean" },
    });
    const { stack: name, json } = values;
    const { result, stack } = await examineStack(name);
    const results = [...(await examine(thisWorld(stack))), result];
    process.stdout.write(
      json === true ? `${JSON.stringify(results, null, 2)}\n` : results.map(linesOf).join(""),
    );
    return results.some(({ state }) => state === "wrong") ? 1 : 0;
  },
};

const SIGNS = { ok: "✓", wrong: "✗", none: "–" } as const;

function linesOf(result: Result): string {
  const line = `${SIGNS[result.state]} ${result.name}: ${result.says}\n`;
  return result.state === "wrong" && result.type !== "" ? `${line}    ${result.type}\n` : line;
}
