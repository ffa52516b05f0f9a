import { createPrivateKey, X509Certificate } from "node:crypto";
import { keyOf, type Secret } from "../cluster/objects.ts";
import type { ConfigFiles } from "./config-files.ts";

const TLS_TYPE = "kubernetes.io/tls";

interface Stored {
  readonly secret: Secret;
  readonly problem: string | undefined;
  readonly path: string | undefined;
}

/** The TLS Secrets of the cluster. A file has only what an Ingress uses: Nginx reads it at a handshake. */
export class SecretStore {
  readonly #files: ConfigFiles;
  readonly #stored = new Map<string, Stored>();

  constructor(files: ConfigFiles) {
    this.#files = files;
  }

  /** A Secret that is in use but no longer valid takes its file with it. */
  set(secret: Secret): void {
    const key = keyOf(secret);
    const wasUsed = this.#stored.get(key)?.path !== undefined;
    const problem = tlsProblem(secret);
    if (wasUsed && problem !== undefined) this.#files.removeSecret(fileName(key));
    const path = wasUsed && problem === undefined ? this.#write(secret) : undefined;
    this.#stored.set(key, { secret, problem, path });
  }

  delete(key: string): void {
    if (this.#stored.get(key)?.path !== undefined) this.#files.removeSecret(fileName(key));
    this.#stored.delete(key);
  }

  certificate(key: string, name: string): { path: string } | { problem: string } {
    const stored = this.#stored.get(key);
    if (stored === undefined) {
      const reason = "secret doesn't exist or of an unsupported type";
      return { problem: `TLS secret ${name} is invalid: ${reason}` };
    }
    const { secret, problem } = stored;
    if (secret.type !== TLS_TYPE) {
      const types = `of a wrong type '${secret.type ?? ""}', must be '${TLS_TYPE}'`;
      return { problem: `TLS secret ${name} is ${types}` };
    }
    if (problem !== undefined) return { problem: `TLS secret ${name} is invalid: ${problem}` };
    const path = stored.path ?? this.#write(secret);
    this.#stored.set(key, { ...stored, path });
    return { path };
  }

  #write(secret: Secret): string {
    return this.#files.writeSecret(fileName(keyOf(secret)), certificateAndKey(secret));
  }
}

/** Of Secrets that could be of use here, there are these types. */
export function isSupported({ type = "" }: Secret): boolean {
  return (
    type === TLS_TYPE ||
    /^nginx\.org\/(ca|jwk|oidc|htpasswd|apikey)$|^nginx\.com\/license$/.test(type)
  );
}

export function tlsProblem(secret: Secret): string | undefined {
  if (secret.type !== TLS_TYPE) return `TLS Secret must be of the type ${TLS_TYPE}`;
  try {
    const certificate = new X509Certificate(decoded(secret, "tls.crt"));
    if (certificate.checkPrivateKey(createPrivateKey(decoded(secret, "tls.key")))) return undefined;
    return "failed to validate TLS cert and key: private key does not match public key";
  } catch (error) {
    return `failed to validate TLS cert and key: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** As Nginx takes them from one file. */
export function certificateAndKey(secret: Secret): string {
  return `${decoded(secret, "tls.crt")}\n${decoded(secret, "tls.key")}`;
}

function decoded({ data = {} }: Secret, name: string): string {
  return Buffer.from(data[name] ?? "", "base64").toString("utf8");
}

function fileName(key: string): string {
  return key.replace("/", "-");
}
