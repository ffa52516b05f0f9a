import { readFileSync } from "node:fs";
import type { TestHost } from "../../hosts/test-host.ts";
import { Clone } from "../clone.ts";
import { setConfig } from "../config.ts";

/** A clone whose stack is to be on a test host, which it reaches as the user `deploy`. */
export async function cloneFor(
  host: TestHost,
  settings: Record<string, string> = {},
): Promise<Clone> {
  const clone = await Clone.make();
  setConfig(clone, { httpPort: undefined, host: "ssh", build: "true", ...settings });
  // Makes tools, stack and secrets, and goes no further: the host is not named yet.
  const { output } = await clone.slipway(["start"]);
  if (!output.includes("slipway:sshHost is missing")) throw new Error(output);
  await clone.setSecret("sshKey", readFileSync(host.privateKeyFile, "utf8"));
  setConfig(clone, {
    sshHost: host.address,
    sshUser: "deploy",
    sshHostKey: host.hostKeyLine,
  });
  return clone;
}
