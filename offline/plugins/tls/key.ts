import { createHash, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { PropertyMap } from "../property-value.ts";
import { authorizedKey, privateKeyFile, publicBlob } from "./openssh.ts";

const generate = promisify(generateKeyPair);

const CURVES: Readonly<Record<string, string>> = {
  P224: "secp224r1",
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
};

const PEM_TYPES = { RSA: "pkcs1", ECDSA: "sec1", ED25519: "pkcs8" } as const;

export interface KeyChoice {
  readonly algorithm: keyof typeof PEM_TYPES;
  readonly ecdsaCurve: string;
  readonly rsaBits: number;
}

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** A new key in all the forms that the official plugin gives it. */
export async function newKey(choice: KeyChoice): Promise<{ id: string; outputs: PropertyMap }> {
  const pair = await generated(choice);
  const { publicKey, privateKey } = pair;
  const der = publicKey.export({ format: "der", type: "spki" });
  const pem = { format: "pem", type: PEM_TYPES[choice.algorithm] } as const;
  return {
    id: createHash("sha1").update(der).digest("hex"),
    outputs: {
      privateKeyPem: String(privateKey.export(pem)),
      privateKeyPemPkcs8: String(privateKey.export({ format: "pem", type: "pkcs8" })),
      publicKeyPem: String(publicKey.export({ format: "pem", type: "spki" })),
      ...forSsh(choice, pair),
    },
  };
}

function generated({ algorithm, ecdsaCurve, rsaBits }: KeyChoice): Promise<KeyPair> {
  switch (algorithm) {
    case "RSA":
      return generate("rsa", { modulusLength: rsaBits });
    case "ECDSA":
      return generate("ec", { namedCurve: CURVES[ecdsaCurve] ?? ecdsaCurve });
    case "ED25519":
      return generate("ed25519");
  }
}

/** SSH does not know the curve P224. */
function forSsh(choice: KeyChoice, { publicKey, privateKey }: KeyPair): PropertyMap {
  if (choice.algorithm === "ECDSA" && choice.ecdsaCurve === "P224") {
    return {
      privateKeyOpenssh: "",
      publicKeyOpenssh: "",
      publicKeyFingerprintMd5: "",
      publicKeyFingerprintSha256: "",
    };
  }
  const blob = publicBlob(publicKey);
  const md5 = createHash("md5").update(blob).digest("hex");
  const sha256 = createHash("sha256").update(blob).digest("base64");
  return {
    privateKeyOpenssh: privateKeyFile(privateKey),
    publicKeyOpenssh: authorizedKey(publicKey),
    publicKeyFingerprintMd5: md5.match(/../g)?.join(":") ?? "",
    publicKeyFingerprintSha256: `SHA256:${sha256.replace(/=+$/, "")}`,
  };
}
