import { createPrivateKey, type KeyObject } from "node:crypto";

/**
 * What keeps ssh from using a private key that nobody is there to unlock. It finds one in a PEM file wherever that
 * has it, and one of its own format only at the beginning.
 *
 * @returns undefined for one that it can use. What it says has nothing of the key in it.
 */
export function privateKeyProblem(text: string): string | undefined {
  if (text.startsWith("PuTTY-User-Key-File-")) {
    return "is a key of PuTTY; `puttygen FILE -O private-openssh -o KEY_FILE` makes one for ssh of it";
  }
  const [, kind] = /-----BEGIN ([A-Z ]*)PRIVATE KEY-----/.exec(text) ?? [];
  if (kind === undefined) {
    return isPublic(text) ? "is a public key; ssh wants the private one" : "is no private key";
  }
  // Its file ends with a new line, which the config may have lost.
  return kind === "OPENSSH " ? problemOfOpenSsh(`${text}\n`) : problemOfPem(text);
}

const LOCKED =
  "has a passphrase, which nobody types; `ssh-keygen -p -f KEY_FILE` takes it off (of a copy)";
const DAMAGED = "is cut off, or was changed: ssh finds no whole key in it";

const [BEGIN, END] = ["BEGIN", "END"].map((word) => `-----${word} OPENSSH PRIVATE KEY-----\n`) as [
  string,
  string,
];

function problemOfOpenSsh(text: string): string | undefined {
  // A file that was made on Windows: ssh finds no key in it ("error in libcrypto").
  if (text.includes("-----\r\n")) {
    return "has line ends of Windows, which ssh does not read in a key of its own format";
  }
  if (!text.startsWith(BEGIN)) {
    return "does not begin with -----BEGIN OPENSSH PRIVATE KEY-----, and ssh does not look further";
  }
  const cipher = cipherOf(text);
  if (cipher === undefined) return DAMAGED;
  return cipher === "none" ? undefined : LOCKED;
}

/** Of a key that is whole: how it is encrypted, the name of a cipher or `none`. */
function cipherOf(text: string): string | undefined {
  const end = text.indexOf(`\n${END}`);
  const body = text.slice(BEGIN.length, end).replaceAll("\n", "");
  if (end < 0 || !/^[A-Za-z0-9+/]+=*$/.test(body)) return undefined;
  const bytes = Buffer.from(body, "base64");
  const magic = "openssh-key-v1\0";
  if (bytes.toString("latin1", 0, magic.length) !== magic) return undefined;
  let at = magic.length;
  // Cipher, derivation of its key and that one's options; how many keys; the public and the private one.
  for (const part of ["word", "word", "word", "number", "word", "word"]) {
    if (bytes.length < at + 4) return undefined;
    at += part === "word" ? 4 + bytes.readUInt32BE(at) : 4;
  }
  return at > bytes.length ? undefined : wordAt(bytes, magic.length);
}

function problemOfPem(text: string): string | undefined {
  let key: KeyObject;
  try {
    // Finds the first private key, as ssh does.
    key = createPrivateKey(text);
  } catch {
    const isLocked = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text);
    return isLocked ? LOCKED : DAMAGED;
  }
  const { asymmetricKeyType: type = "unknown", asymmetricKeyDetails: details = {} } = key;
  if (type === "rsa" && (details.modulusLength ?? 0) < LEAST_BITS) {
    return `is an RSA key of ${details.modulusLength} bits; ssh takes none of less than ${LEAST_BITS}`;
  }
  if (type === "ec" && !CURVES.includes(details.namedCurve ?? "")) {
    return `is on the curve ${details.namedCurve}; ssh takes ${CURVES.join(", ")} alone`;
  }
  return TYPES.includes(type) ? undefined : `is of the kind ${type}, of which ssh takes none`;
}

const LEAST_BITS = 1024;
const CURVES: readonly string[] = ["prime256v1", "secp384r1", "secp521r1"];
/** Ed25519 in PEM: since OpenSSH 9.6. */
const TYPES: readonly string[] = ["rsa", "ec", "ed25519"];

const KINDS = "(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521)|sk-[\\w@.-]+)";
const PUBLIC_KEY = new RegExp(`^\\s*(?:${KINDS} AAAA|-{4,5} ?BEGIN [A-Z0-9 ]*PUBLIC KEY)`);
const isPublic = (text: string) => PUBLIC_KEY.test(text);
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
