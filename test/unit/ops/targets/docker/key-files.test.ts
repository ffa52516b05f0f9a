import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError, type Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { StackState } from "../../../../../ops/state/stack-state.ts";
import { ensureKeyFiles } from "../../../../../ops/targets/docker/key-files.ts";

const folder = mkdtempSync(join(tmpdir(), "slipway-keys-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [keyFile, hostsFile] = [join(folder, "key"), join(folder, "known_hosts")];
const SSH = `ssh -o ControlPath=${folder}/%C -o IdentityFile=${keyFile} -o UserKnownHostsFile=${hostsFile} root@host`;

function keyPair(name: string) {
  const file = join(folder, `made-${name}`);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file]);
  const publicKey = readFileSync(`${file}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
  return { privateKey: readFileSync(file, "utf8").trimEnd(), publicKey };
}
const [old, now, host] = [keyPair("old"), keyPair("now"), keyPair("host")];

const stateOf = (resources: readonly unknown[]) =>
  StackState.of({
    exportStack: async () => ({ version: 3, deployment: { resources } }),
  } as unknown as Stack);

interface Kept {
  readonly key?: string;
  readonly hosts?: string;
}

interface Wanted {
  /** Undefined where it can't be decrypted. */
  readonly config: Kept | undefined;
  /** Of a machine that the program made. */
  readonly made?: Readonly<Record<"login" | "host", Readonly<Record<string, unknown>>>>;
}

/** @returns how often a preview was run, which writes the files. */
async function previews(kept: Kept, { config, made }: Wanted): Promise<number> {
  const { key = now.privateKey, hosts = host.publicKey } = kept;
  writeFileSync(keyFile, `${key}\n`);
  writeFileSync(hostsFile, `slipway ${hosts}\n`);
  let ran = 0;
  const stack = {
    name: "dev",
    getAllConfig: async () => {
      if (config === undefined) {
        throw new CommandError({ toString: () => "error: incorrect passphrase" } as never);
      }
      const entries = { "slipway:sshKey": config.key, "slipway:sshHostKey": config.hosts };
      return Object.fromEntries(
        Object.entries(entries).flatMap(([name, value]) => (value ? [[name, { value }]] : [])),
      );
    },
    preview: async () => {
      ran++;
    },
  };
  const resources = Object.entries(made ?? {}).map(([what, outputs]) => ({
    urn: `urn:pulumi:dev::slipway::slipway:machine:MachineKeys$tls:index/privateKey:PrivateKey::machine-keys-${what}`,
    type: "tls:index/privateKey:PrivateKey",
    outputs,
  }));
  await ensureKeyFiles(stack as unknown as Stack, SSH, await stateOf(resources));
  return ran;
}

describe.each([
  [
    "the config has",
    (key: typeof old, hosts: typeof old): Wanted => ({
      config: { key: key.privateKey, hosts: hosts.publicKey },
    }),
  ],
  [
    "the state has of a machine that the program made",
    (key: typeof old, hosts: typeof old): Wanted => ({
      config: {},
      made: {
        login: { privateKeyOpenssh: { plaintext: JSON.stringify(`${key.privateKey}\n`) } },
        host: { publicKeyOpenssh: `${hosts.publicKey}\n` },
      },
    }),
  ],
])("files are written anew where they differ from what %s", (_, wanted) => {
  test.each<[string, Kept, number]>([
    ["the same", {}, 0],
    ["another key", { key: old.privateKey }, 1],
    ["another key of the server", { hosts: old.publicKey }, 1],
    ["no key at all", { key: "" }, 1],
  ])("%s", async (_name, kept, ran) => {
    expect(await previews(kept, wanted(now, host))).toBe(ran);
  });
});

test("a config that has no keys any more, or that may not be read, says nothing of them", async () => {
  expect(await previews({}, { config: {} })).toBe(0);
  expect(await previews({}, { config: undefined })).toBe(0);
});

describe("without the files", () => {
  beforeEach(() => rmSync(keyFile, { force: true }));

  test("they are written", async () => {
    let ran = 0;
    const stack = { name: "dev", preview: async () => ran++ } as unknown as Stack;
    await ensureKeyFiles(stack, SSH, await stateOf([]));
    expect(ran).toBe(1);
  });
});
