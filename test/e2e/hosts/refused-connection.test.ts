import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { succeed } from "../../hosts/succeed.ts";
import { TestHost } from "../../hosts/test-host.ts";
import type { Clone } from "../clone.ts";
import { setConfig } from "../config.ts";
import { cloneFor } from "./ssh-clone.ts";
import { thingsOn } from "./stack-on-host.ts";

const LAST_LINE =
  "slipway: up failed. The reason is above; mend it and run the same command again.";
/** Much less than `readySeconds`, for which a server that says nothing is waited for. */
const AT_ONCE_SECONDS = 60;

let host: TestHost;
let clone: Clone;
let otherKey: string;

beforeAll(async () => {
  host = await TestHost.start({ variant: "docker" });
  clone = await cloneFor(host);
  otherKey = join(clone.folder, ".slipway", "other-key");
  await succeed("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", otherKey]);
});
afterAll(() => host?.remove());
afterAll(() => clone?.remove());

describe("A server that lets nobody in ends the first start at once, with what to type:", () => {
  test("another key than the server knows", async () => {
    await clone.setSecret("sshKey", readFileSync(otherKey, "utf8"));
    await expectRefused(
      "Permission denied (publickey",
      "pulumi config set --secret sshKey <KEY_FILE",
    );
    await clone.setSecret("sshKey", readFileSync(host.privateKeyFile, "utf8"));
  });

  test("another server than the one that is expected", async () => {
    setConfig(clone, { sshHostKey: readFileSync(`${otherKey}.pub`, "utf8").trim() });
    await expectRefused(
      "Host key verification failed",
      "pulumi config set sshHostKey 'TYPE BASE64'",
    );
    setConfig(clone, { sshHostKey: host.hostKeyLine });
  });

  test("a port on which nothing listens", async () => {
    setConfig(clone, { sshPort: "2222" });
    await expectRefused("port 2222: Connection refused", "pulumi config set sshPort PORT");
  });
});

test("A stack of which nothing was made is removed without its server", async () => {
  const { code, output } = await clone.slipway(["destroy", "--data", "--yes", clone.stack]);
  expect(output).toContain("The machine could not be asked");
  expect(code, output).toBe(0);
});

async function expectRefused(...texts: string[]): Promise<void> {
  const began = Date.now();
  const { code, output } = await clone.slipway(["start"]);
  expect(Date.now() - began).toBeLessThan(AT_ONCE_SECONDS * 1000);
  for (const text of texts) expect(output).toContain(text);
  expect(output.trimEnd().split("\n").at(-1)).toBe(LAST_LINE);
  expect(code, output).toBe(1);
  expect(await thingsOn(host, clone.stack)).toEqual([]);
  expect(await recorded(/^(docker|command):/)).toEqual([]);
}

/** Names of the resources in the state that have a type. */
async function recorded(type: RegExp): Promise<string[]> {
  const { output } = await clone.pulumi(["stack", "export"]);
  const resources: { type: string; urn: string }[] =
    JSON.parse(output.slice(output.indexOf("{"))).deployment.resources ?? [];
  return resources.filter((one) => type.test(one.type)).map(({ urn }) => urn);
}
