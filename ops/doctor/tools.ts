import { existsSync } from "node:fs";
import { join } from "node:path";
import { cliFolder, PULUMI_VERSION, readToolChoice } from "../tools.ts";
import { type Check, ok, wrong } from "./check.ts";

export const tools: Check = {
  name: "tools",
  async run() {
    const choice = readToolChoice();
    if (choice === undefined) return wrong("this clone has none yet", "npm start");
    return existsSync(join(cliFolder(choice.pulumi), "bin", "pulumi"))
      ? ok(`Pulumi ${PULUMI_VERSION}, ${choice.pulumi}`)
      : wrong(`Pulumi ${PULUMI_VERSION} is not in .slipway`, "npm start");
  },
};
