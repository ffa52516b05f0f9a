import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Plugin, type Properties } from "./plugin.ts";

/** A plugin of this test, and what it asks of a simulator that does no more than answer. */
export async function withSimulator(
  name: "digitalocean" | "gcp",
  script: string,
): Promise<{ plugin: Plugin; command: string; asked(): [string, Properties][] }> {
  const scratch = mkdtempSync(join(tmpdir(), "slipway-plugins-test-"));
  onTestFinished(() => rmSync(scratch, { recursive: true }));
  const command = join(scratch, "simulator");
  const log = join(scratch, "log");
  writeFileSync(log, "");
  writeFileSync(command, `#!/bin/sh\n{ printf '%s|' "$*"; cat; echo; } >> ${log}\n${script}\n`);
  chmodSync(command, 0o755);
  const plugin = await Plugin.startForThisTest(name, { SLIPWAY_SIMULATOR: command });
  // Dummies, lest what is in the environment of the tests is looked at.
  const credentials = { token: "dummy", accessToken: "dummy" };
  await plugin.configure({ ...credentials, project: "p", zone: "europe-west3-a" });
  const asked = () =>
    readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .filter(Boolean)
      .map((line): [string, Properties] => {
        const [call = "", json = ""] = line.split(/\|(.*)/);
        return [call, JSON.parse(json)];
      });
  return { plugin, command, asked };
}
