import { execFileSync, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { privateKeyProblem } from "../../../infra/ssh-keys.ts";

const folder = mkdtempSync(join(tmpdir(), "slipway-keys-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether ssh takes a key that is written to a file as Slipway writes it. */
function sshTakes(key: string): boolean {
  const file = join(folder, "taken");
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  return spawnSync("ssh-keygen", ["-y", "-P", "", "-f", file]).status === 0;
}

/** Without the new line at its end, as `pulumi config set` keeps it. */
function made(name: string, ...options: string[]): string {
  const file = join(folder, name);
  execFileSync("ssh-keygen", ["-q", "-N", "", ...options, "-f", file]);
  return readFileSync(file, "utf8").trimEnd();
}

const KEYS = {
  "RSA in PEM": made("rsa", "-t", "rsa", "-b", "2048", "-m", "PEM"),
  "RSA in PKCS 8": made("rsa-8", "-t", "rsa", "-b", "2048", "-m", "PKCS8"),
  "EC in PEM": made("ec", "-t", "ecdsa", "-m", "PEM"),
  "EC in PKCS 8": made("ec-8", "-t", "ecdsa", "-b", "521", "-m", "PKCS8"),
  "Ed25519 in ssh's own format": made("ed25519", "-t", "ed25519"),
  "RSA in ssh's own format": made("rsa-own", "-t", "rsa", "-b", "2048"),
};
const PUBLIC = readFileSync(join(folder, "ed25519.pub"), "utf8").trimEnd();
const BAG = "Bag Attributes\n    friendlyName: shop\nKey Attributes: <No Attributes>";
/** The parameters of the curve of `ecdsa` with 256 bits, as `openssl ecparam` writes them first. */
const EC_PARAMETERS =
  "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----";
const PUBLIC_PEM = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .publicKey.export({ type: "spki", format: "pem" })
  .toString();

const CHANGES: Readonly<Record<string, (key: string) => string>> = {
  "as it is": (key) => key,
  "with line ends of Windows": (key) => key.replaceAll("\n", "\r\n"),
  "with the parameters of a curve before it": (key) => `${EC_PARAMETERS}\n${key}`,
  "with a comment before it": (key) => `# of ada, for the shop\n\n${key}`,
  "with attributes before it": (key) => `${BAG}\n${key}`,
  "with text after it": (key) => `${key}\nof ada, for the shop`,
  "with empty lines around it": (key) => `\n\n${key}\n\n`,
  "with its public key before it": (key) => `${PUBLIC}\n${key}`,
  "with a public key in PEM before it": (key) => `${PUBLIC_PEM}${key}`,
  "with another one after it": (key) => `${key}\n${KEYS["EC in PEM"]}`,
  "with blanks at the ends of its lines": (key) => key.replaceAll("\n", " \n"),
  "with blanks at the beginnings of its lines": (key) => key.replaceAll(/^/gm, "  "),
  "in one line": (key) => key.replaceAll("\n", " "),
  "without its last line": (key) => key.split("\n").slice(0, -1).join("\n"),
  "without its second line": (key) => key.split("\n").toSpliced(1, 1).join("\n"),
  "without its end": (key) => key.slice(0, key.length / 2),
  "without its first line": (key) => key.slice(key.indexOf("\n") + 1),
};

describe.each(Object.entries(KEYS))("%s", (_, key) => {
  test.each(Object.entries(CHANGES))("%s is taken where ssh takes it", (_name, change) => {
    const text = change(key);
    const problem = privateKeyProblem(text);
    expect(problem === undefined, problem).toBe(sshTakes(text));
  });
});

const pem = (kind: "ec" | "rsa" | "rsa-pss" | "x25519", options: object) =>
  generateKeyPairSync(kind as "rsa", {
    ...(options as { modulusLength: number }),
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  }).privateKey;

const LOCKED =
  "has a passphrase, which nobody types; `ssh-keygen -p -f KEY_FILE` takes it off (of a copy)";

test.each([
  ["a public one", PUBLIC, "is a public key; ssh wants the private one"],
  ["a public one in PEM", PUBLIC_PEM, "is a public key; ssh wants the private one"],
  ["none", "~/.ssh/id_ed25519", "is no private key"],
  ["with a passphrase", made("locked", "-t", "ed25519", "-N", "a phrase"), LOCKED],
  ["in PEM with one", made("locked-pem", "-t", "rsa", "-m", "PEM", "-N", "a phrase"), LOCKED],
  [
    "in PEM with one, on Windows",
    made("locked-dos", "-t", "rsa", "-m", "PEM", "-N", "a phrase").replaceAll("\n", "\r\n"),
    LOCKED,
  ],
  ["in PKCS 8 with one", made("locked-8", "-t", "rsa", "-m", "PKCS8", "-N", "a phrase"), LOCKED],
  [
    "on a curve of others",
    pem("ec", { namedCurve: "secp256k1" }),
    "is on the curve secp256k1; ssh takes prime256v1, secp384r1, secp521r1 alone",
  ],
  [
    "too short",
    pem("rsa", { modulusLength: 768 }),
    "is an RSA key of 768 bits; ssh takes none of less than 1024",
  ],
  ["of another kind", pem("x25519", {}), "is of the kind x25519, of which ssh takes none"],
  [
    "for RSA-PSS alone",
    pem("rsa-pss", { modulusLength: 2048 }),
    "is of the kind rsa-pss, of which ssh takes none",
  ],
])("a key that is %s is refused, as ssh refuses it", (_, key, says) => {
  expect(privateKeyProblem(key.trimEnd())).toBe(says);
  expect(sshTakes(key.trimEnd())).toBe(false);
});
