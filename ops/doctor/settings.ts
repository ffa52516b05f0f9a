import { existsSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { readSettings } from "../../infra/settings.ts";
import { PROJECT, stackFile } from "../project.ts";
import { type Check, none, ok, wrong } from "./check.ts";

/** The stack's config, by the program's own reader of it. */
export const settings: Check = {
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
      readSettings(PROJECT, stack.name);
    } catch (error) {
      if (!(error instanceof pulumi.RunError)) throw error;
      const [, ...lines] = error.message.split("\n");
      const texts = lines.filter((_, index) => index % 2 === 0);
      const types = lines.filter((_, index) => index % 2 === 1);
      return wrong(
        texts.map((text) => text.replace(/^\s*\d+\. /, "")).join(" "),
        types.map((text) => `npm run ${text.trim().replace(/^pulumi /, "pulumi -- ")}`).join("; "),
      );
    }
    return ok(`Pulumi.${stack.name}.yaml is in order`);
  },
};
