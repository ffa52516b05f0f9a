import { errors, jwtVerify, SignJWT } from "jose";

const ALGORITHM = "HS256";
const ISSUER = "conduit";
const LIFETIME = "7d";

/** Signs with the current secret; accepts the previous one too, so a rotation signs nobody out. */
export class Tokens {
  readonly #signingKey: Uint8Array;
  readonly #acceptedKeys: readonly Uint8Array[];

  constructor(secret: string, previousSecret?: string) {
    const encoder = new TextEncoder();
    this.#signingKey = encoder.encode(secret);
    this.#acceptedKeys =
      previousSecret === undefined
        ? [this.#signingKey]
        : [this.#signingKey, encoder.encode(previousSecret)];
  }

  sign(userId: string): Promise<string> {
    return new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(ISSUER)
      .setSubject(userId)
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(this.#signingKey);
  }

  /** The user's id, or undefined when no accepted secret made this token or its time is over. */
  async verify(token: string): Promise<string | undefined> {
    for (const key of this.#acceptedKeys) {
      const userId = await subjectOf(token, key);
      if (userId !== undefined) return userId;
    }
    return undefined;
  }
}

async function subjectOf(token: string, key: Uint8Array): Promise<string | undefined> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      requiredClaims: ["sub", "exp"],
    });
    return payload.sub;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
