import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { MachineKeys } from "../../../../components/machine/machine-keys.ts";
import { record } from "../../recorder.ts";
import { resolved } from "../../resolved.ts";

/** The keys of a machine, each with whether it is secret. */
async function keysOf(): Promise<Record<string, [string, boolean]>> {
  let keys: MachineKeys | undefined;
  await record(() => {
    keys = new MachineKeys("keys");
  });
  if (keys === undefined) throw new Error("No keys were made.");
  const { loginKey, publicLoginKey, hostKey, publicHostKey } = keys;
  const entries = Object.entries({ loginKey, publicLoginKey, hostKey, publicHostKey });
  return Object.fromEntries(
    await Promise.all(
      entries.map(async ([name, key]) => [name, [await resolved(key), await pulumi.isSecret(key)]]),
    ),
  );
}

test("one key is to log in with, another is the machine's own, and both private ones are secret", async () => {
  expect(await keysOf()).toEqual({
    loginKey: ["private key keys-login", true],
    publicLoginKey: ["ssh-ed25519 keys-login", false],
    hostKey: ["private key keys-host\n", true],
    publicHostKey: ["ssh-ed25519 keys-host", false],
  });
});
