import { existsSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { readSettings } from "../../infra/settings/read.ts";
import { SettingsError } from "../../infra/settings/settings-error.ts";
import { SETTINGS } from "../../infra/settings/table.ts";
import { PROJECT, stackFile } from "../project.ts";
import { type Check, none, ok, wrong } from "./check.ts";

/** The stack's config, by the program's own reader of it. */
export const settingsCheck = (table = SETTINGS): Check => ({
  name: "config",
  async run({ stack }) {
    if (stack === undefined) return none("there is no stack to look at");
    if (!existsSync(stackFile(stack.name)) && !stack.isLocal) {
      return wrong(`Pulumi.${stack.name}.yaml is not there`, `./slipway init -s ${stack.name}`);
    }
    const full = (key: string) => `${PROJECT}:${key}`;
    const values = Object.entries(stack.settings).map(([key, value]) => [full(key), value]);
    pulumi.runtime.setAllConfig(Object.fromEntries(values), stack.secrets.map(full));
    try {
      readSettings(PROJECT, stack.name, table);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      const lines = error.problems.map(
        ({ command }) => `npm run ${command.replace(/^pulumi /, "pulumi -- ")} -s ${stack.name}`,
      );
      return wrong(error.problems.map(({ text }) => text).join(" "), lines.join("; "));
    }
    return ok(`Pulumi.${stack.name}.yaml is in order`);
  },
});

export const settings = settingsCheck();
