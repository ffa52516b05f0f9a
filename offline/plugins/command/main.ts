// Stands in for the official plugin `command` 1.2.1: the type `command:local:Command`.

import { UnknownResource } from "../provider.ts";
import { serve } from "../serve.ts";
import { LocalCommand } from "./local-command.ts";

const cancelled = new AbortController();
const localCommand = new LocalCommand(cancelled.signal);

await serve({
  version: "1.2.1",
  acceptSecrets: true,
  supportsAutonaming: false,
  checkConfig: ({ inputs }) => ({
    inputs,
    failures: Object.keys(inputs)
      .filter((name) => name !== "version")
      .map((property) => ({ property, reason: "The command provider has no configuration" })),
  }),
  configure: async () => {},
  resource: (type) => {
    if (type !== "command:local:Command") {
      throw new UnknownResource(
        `Resource '${type.slice("command:".length)}' not found: ` +
          "the stand-in for the command plugin has command:local:Command only",
      );
    }
    return localCommand;
  },
  cancel: () => cancelled.abort(),
});
