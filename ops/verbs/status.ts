import { targetOf } from "../targets/index.ts";
import { openStack } from "../workspace.ts";
import { readArguments } from "./arguments.ts";
import { table } from "./table.ts";
import type { Verb } from "./verb.ts";

const usage = "./slipway status -s STACK [--json]";

export const status: Verb = {
  summary:
    "Show what is live on a stack, and what runs there. Ends with 1 when something does not run.",
  usage,
  group: "A running stack",
  async run(args) {
    const { stack: name, values } = readArguments(args, usage, { json: { type: "boolean" } });
    const stack = await openStack(name);
    const target = await targetOf(stack);
    const parts = await target.parts();
    const json = values["json"] === true;
    if (parts.length === 0 && !json) {
      process.stdout.write(`The stack ${name} is not up.\n`);
      return 1;
    }
    const [{ url }, releases, maintenance] = await Promise.all([
      stack.outputs(),
      target.releases(),
      target.isInMaintenance(),
    ]);
    const live = releases.find(({ verified }) => verified);
    const runs = parts.length > 0 && parts.every(({ isRunning }) => isRunning);
    if (json) {
      const all = {
        stack: name,
        url: url?.value ?? null,
        live: live ?? null,
        maintenance,
        runs,
        parts,
      };
      process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
      return runs ? 0 : 1;
    }
    const lines = [
      `${name}: ${live === undefined ? "no release" : `${live.version} (${live.image})`}`,
      `  at ${url?.value ?? "no address yet"}${maintenance ? ", in maintenance" : ""}`,
      ...(live === undefined ? [] : [`  since ${live.time}, by ${live.by}${takingBack(live)}`]),
    ];
    process.stdout.write(
      `${lines.join("\n")}\n\n${table(
        ["PART", "VERSION", "STATE", "NAME"],
        parts.map((part) => [part.role, part.version, part.state, part.name]),
      )}`,
    );
    return runs ? 0 : 1;
  },
};

const takingBack = ({ rollbackOf }: { rollbackOf: string }) =>
  rollbackOf === "" ? "" : `, taking back ${rollbackOf}`;
