import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

// One of the settings of equal strength that OWASP lists. This one needs 16 MiB a hash; the
// better-known N=2^17 needs 128 MiB, and four sign-ins at a time would exhaust a small container.
const COST_LOG2 = 14;
const BLOCK_SIZE = 8;
const PARALLELISM = 5;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

const STORED_FORMAT =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** The stored text carries its parameters: raising them later keeps every old password valid. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, KEY_BYTES, COST_LOG2, BLOCK_SIZE, PARALLELISM);
  const parameters = `ln=${COST_LOG2},r=${BLOCK_SIZE},p=${PARALLELISM}`;
  return `$scrypt$${parameters}$${unpaddedBase64(salt)}$${unpaddedBase64(key)}`;
}

export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, costLog2, blockSize, parallelism, salt, key] = STORED_FORMAT.exec(stored) ?? [];
  if (salt === undefined || key === undefined) {
    throw new Error("A stored password hash is not in the $scrypt$ format.");
  }
  const expected = Buffer.from(key, "base64");
  const actual = await derive(
    password,
    Buffer.from(salt, "base64"),
    expected.length,
    Number(costLog2),
    Number(blockSize),
    Number(parallelism),
  );
  return timingSafeEqual(actual, expected);
}

function derive(
  password: string,
  salt: Buffer,
  keyBytes: number,
  costLog2: number,
  blockSize: number,
  parallelism: number,
): Promise<Buffer> {
  const cost = 2 ** costLog2;
  const options: ScryptOptions = {
    cost,
    blockSize,
    parallelization: parallelism,
    // Node refuses more than 32 MiB unless told; this is what the algorithm needs, with headroom.
    maxmem: 256 * cost * blockSize,
  };
  return new Promise((resolve, reject) => {
    // NFKC: the same password typed on another keyboard may arrive in other code points.
    scrypt(password.normalize("NFKC"), salt, keyBytes, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function unpaddedBase64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
