import type { ReleaseRecord } from "../../components/release-record.ts";
import { printJson } from "../result.ts";
import { targetOf } from "../targets/index.ts";
import { openStack } from "../workspace.ts";
import { newCommand } from "./command.ts";
import { jsonOption, stackOption } from "./options.ts";
import { table } from "./table.ts";
import { defineVerb } from "./verb.ts";

const command = newCommand("releases", "List the releases of a stack, newest first.")
  .addOption(stackOption())
  .addOption(jsonOption());

export const releases = defineVerb(command, {
  group: "A running stack",
  async run({ stack, json }) {
    const target = await targetOf(await openStack(stack));
    const all = await target.releases();
    if (json === true) printJson(all);
    else process.stdout.write(listed(all));
    return 0;
  },
});

function listed(all: readonly ReleaseRecord[]): string {
  if (all.length === 0) return "Nothing was released yet.\n";
  const live = all.find(({ verified }) => verified);
  return table(
    ["VERSION", "WHEN", "BY", "STATE", "IMAGE"],
    all.map((one) => [one.version, one.time, one.by, stateOf(one, one === live), one.image]),
  );
}

function stateOf({ verified, rollbackOf }: ReleaseRecord, isLive: boolean): string {
  if (!verified) return "failed";
  return `${rollbackOf === "" ? "" : "rollback, "}${isLive ? "live" : "replaced"}`;
}
