import { targetOf } from "../targets/index.ts";
import { openStack } from "../workspace.ts";
import { positive, readArguments } from "./arguments.ts";
import type { Verb } from "./verb.ts";

const usage = "./slipway logs -s STACK [--of COMPONENT] [--follow] [--lines N]";

export const logs: Verb = {
  summary: "Show the logs of the app, or of a component (web, process, ingress, database).",
  usage,
  group: "A running stack",
  async run(args) {
    const { stack, values } = readArguments(args, usage, {
      of: { type: "string" },
      follow: { type: "boolean", short: "f" },
      lines: { type: "string", short: "n", default: "100" },
    });
    const target = await targetOf(await openStack(stack));
    return await target.logs({
      of: values["of"] as string | undefined,
      follow: values["follow"] === true,
      lines: positive(String(values["lines"]), "--lines"),
    });
  },
};
