import { createPrivateKey } from "node:crypto";

/**
 * What keeps ssh from using a private key that nobody is there to unlock.
 *
 * @returns undefined for one that it can use. What it says has nothing of the key in it.
 */
export function privateKeyProblem(text: string): string | undefined {
  if (PUBLIC_KEY.test(text.trimStart())) return "is a public key; ssh wants the private one";
  if (text.startsWith("PuTTY-User-Key-File-")) {
    return "is a key of PuTTY; `puttygen FILE -O private-openssh -o KEY_FILE` makes one for ssh of it";
  }
  // A file that was made on Windows: ssh finds no key in it ("error in libcrypto").
  if (text.includes("\r")) return "has line ends of Windows, which ssh does not read";
  const kind = /^-----BEGIN ([A-Z ]*PRIVATE KEY)-----\n([\s\S]+)\n-----END \1-----\s*$/.exec(text);
  const [, name = "", body = ""] = kind ?? [];
  if (name === "ENCRYPTED PRIVATE KEY" || body.includes("Proc-Type: 4,ENCRYPTED")) return LOCKED;
  if (name === "OPENSSH PRIVATE KEY") return problemOfOpenSsh(Buffer.from(body, "base64"));
  if (kind === null || !isPem(text)) return "is no private key";
  return undefined;
}

const LOCKED =
  "has a passphrase, which nobody types; `ssh-keygen -p -f KEY_FILE` takes it off (of a copy)";

/** Its first words say how it is encrypted: the name of a cipher, or `none`. */
function problemOfOpenSsh(bytes: Buffer): string | undefined {
  const magic = "openssh-key-v1\0";
  if (bytes.toString("latin1", 0, magic.length) !== magic) return "is no private key";
  const cipher = wordAt(bytes, magic.length);
  if (cipher === undefined) return "is no private key";
  return cipher === "none" ? undefined : LOCKED;
}

function isPem(text: string): boolean {
  try {
    createPrivateKey(text);
    return true;
  } catch {
    return false;
  }
}

const KINDS = "(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521)|sk-[\\w@.-]+)";
const PUBLIC_KEY = new RegExp(`^${KINDS} AAAA`);
const HOST_KEY_LINE = new RegExp(`^(${KINDS}) ([A-Za-z0-9+/]+=*)$`);

/** A server's public key, `TYPE BASE64`, whose type is that of the key itself. */
export const HOST_KEY = {
  test(line: string): boolean {
    const [, type, key = ""] = HOST_KEY_LINE.exec(line) ?? [];
    return type !== undefined && wordAt(Buffer.from(key, "base64"), 0) === type;
  },
};

/** A word as ssh writes it: how long it is in four bytes, then itself. */
function wordAt(bytes: Buffer, at: number): string | undefined {
  if (bytes.length < at + 4) return undefined;
  const end = at + 4 + bytes.readUInt32BE(at);
  return bytes.length < end ? undefined : bytes.toString("latin1", at + 4, end);
}
