import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { succeed } from "./succeed.ts";

/** A folder with a key to log in with, the server's own, and what ssh needs to use one and check the other. */
export class SshAccess {
  readonly folder: string;
  readonly configFile: string;
  readonly privateKeyFile: string;
  readonly hostKeyFile: string;
  readonly #bin: string;

  constructor(parent: string) {
    this.folder = mkdtempSync(join(parent, "ssh-"));
    this.configFile = join(this.folder, "config");
    this.privateKeyFile = join(this.folder, "id");
    this.hostKeyFile = join(this.folder, "host");
    this.#bin = join(this.folder, "bin");
  }

  /** @param hostKey the server's private key, in the format of OpenSSH; without it a new one is made. */
  async prepare(address: string, hostKey: string | undefined): Promise<void> {
    await makeKey(this.privateKeyFile);
    if (hostKey === undefined) await makeKey(this.hostKeyFile);
    else await writeKey(this.hostKeyFile, hostKey);

    const knownHosts = join(this.folder, "known_hosts");
    writeFileSync(knownHosts, `${address} ${this.hostPublicKey}\n`);
    writeFileSync(this.configFile, optionsFor(this.privateKeyFile, knownHosts));
    mkdirSync(this.#bin);
    writeFileSync(join(this.#bin, "ssh"), wrapperFor(this.configFile), { mode: 0o755 });
  }

  /** `TYPE BASE64`, as in a file of authorized keys. */
  get publicKey(): string {
    return publicKeyOf(this.privateKeyFile);
  }

  /** `TYPE BASE64`, as in a file of known hosts. */
  get hostPublicKey(): string {
    return publicKeyOf(this.hostKeyFile);
  }

  /** For programs that call ssh themselves and can't be given options for it, as docker. */
  get environment(): Record<string, string> {
    return { PATH: [this.#bin, process.env["PATH"] ?? ""].join(delimiter) };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function optionsFor(privateKeyFile: string, knownHosts: string): string {
  return `IdentityFile ${privateKeyFile}
IdentitiesOnly yes
UserKnownHostsFile ${knownHosts}
StrictHostKeyChecking yes
BatchMode yes
ConnectTimeout 5
# A server that fell silent is noticed, and does not hang a test.
ServerAliveInterval 2
ServerAliveCountMax 3
`;
}

function wrapperFor(configFile: string): string {
  return `#!/bin/sh
# Its own folder is the first of PATH.
PATH=\${PATH#*:} exec ssh -F ${configFile} "$@"
`;
}

async function makeKey(file: string): Promise<void> {
  await succeed("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
}

async function writeKey(file: string, key: string): Promise<void> {
  writeFileSync(file, `${key.trimEnd()}\n`, { mode: 0o600 });
  writeFileSync(`${file}.pub`, await succeed("ssh-keygen", ["-y", "-f", file]));
}

/** Without its comment. */
function publicKeyOf(file: string): string {
  return readFileSync(`${file}.pub`, "utf8").trim().split(" ").slice(0, 2).join(" ");
}
