import { type JsonWebKey, type KeyObject, randomBytes } from "node:crypto";

// The forms in which OpenSSH keeps keys. They are made of strings with their length before them.

const BLOCK_SIZE = 8;
const CURVES: Readonly<Record<string, string>> = {
  "P-256": "nistp256",
  "P-384": "nistp384",
  "P-521": "nistp521",
};

/** The public half as it goes over the wire, which is what fingerprints are of. */
export function publicBlob(key: KeyObject): Buffer {
  const jwk = key.export({ format: "jwk" });
  return Buffer.concat([string(typeOf(jwk)), ...publicParts(jwk)]);
}

/** A line of `authorized_keys`. */
export function authorizedKey(key: KeyObject): string {
  const type = typeOf(key.export({ format: "jwk" }));
  return `${type} ${publicBlob(key).toString("base64")}\n`;
}

/** The file of a private key that has no passphrase. */
export function privateKeyFile(key: KeyObject): string {
  const jwk = key.export({ format: "jwk" });
  // The same number twice shows a reader that a passphrase was right.
  const check = randomBytes(4);
  const secret = padded(
    Buffer.concat([check, check, string(typeOf(jwk)), ...privateParts(jwk), string("")]),
  );
  const bytes = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    ...["none", "none", ""].map(string),
    uint32(1),
    string(publicBlob(key)),
    string(secret),
  ]);
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return [
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    ...lines,
    "-----END OPENSSH PRIVATE KEY-----",
    "",
  ].join("\n");
}

function typeOf({ kty, crv }: JsonWebKey): string {
  switch (kty) {
    case "OKP":
      return "ssh-ed25519";
    case "RSA":
      return "ssh-rsa";
    default:
      return `ecdsa-sha2-${CURVES[String(crv)]}`;
  }
}

function publicParts(jwk: JsonWebKey): Buffer[] {
  switch (jwk.kty) {
    case "OKP":
      return [string(bytesOf(jwk.x))];
    case "RSA":
      return [integer(jwk.e), integer(jwk.n)];
    default:
      return [string(CURVES[String(jwk.crv)] ?? ""), string(pointOf(jwk))];
  }
}

function privateParts(jwk: JsonWebKey): Buffer[] {
  switch (jwk.kty) {
    case "OKP":
      return [string(bytesOf(jwk.x)), string(Buffer.concat([bytesOf(jwk.d), bytesOf(jwk.x)]))];
    case "RSA":
      return [jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map(integer);
    default:
      return [...publicParts(jwk), integer(jwk.d)];
  }
}

/** A point of a curve, not compressed. */
function pointOf({ x, y }: JsonWebKey): Buffer {
  return Buffer.concat([Buffer.of(4), bytesOf(x), bytesOf(y)]);
}

function bytesOf(text = ""): Buffer {
  return Buffer.from(text, "base64url");
}

function string(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** A positive integer has no leading zeros but the one that keeps it from looking negative. */
function integer(base64url: string | undefined): Buffer {
  const bytes = bytesOf(base64url);
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = bytes.subarray(start);
  const looksNegative = (digits[0] ?? 0) >= 0x80;
  return string(looksNegative ? Buffer.concat([Buffer.of(0), digits]) : digits);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function padded(bytes: Buffer): Buffer {
  const missing = (BLOCK_SIZE - (bytes.length % BLOCK_SIZE)) % BLOCK_SIZE;
  return Buffer.concat([bytes, Buffer.from(Array.from({ length: missing }, (_, i) => i + 1))]);
}
