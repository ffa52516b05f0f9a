import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Issued {
  readonly key: string;
  readonly certificate: string;
}

/** An authority of a test, whose certificates are good for two days. */
export class Authority {
  /** Its own certificate, PEM. */
  readonly certificate: string;
  readonly #folder: string;
  #issued = 0;

  /** @param folder a new one, in which it keeps its key. */
  constructor(folder: string, name: string) {
    this.#folder = folder;
    mkdirSync(folder);
    const signs = ["-addext", "basicConstraints=critical,CA:TRUE"];
    openssl("req", "-x509", ...NEW_KEY, ...this.#as(name, "ca"), ...signs);
    this.certificate = this.#read("ca.pem");
  }

  /** @param names as in a certificate: `IP:10.0.0.1`. */
  issue(commonName: string, names?: string): Issued {
    const file = `issued-${this.#issued++}`;
    const more = names === undefined ? [] : ["-addext", `subjectAltName=${names}`];
    openssl("req", "-x509", ...NEW_KEY, ...this.#as(commonName, file), ...more, ...this.#signer());
    return { key: this.#read(`${file}.key`), certificate: this.#read(`${file}.pem`) };
  }

  /** A certificate for a key that only its owner has. */
  certify(publicKey: string, commonName: string): string {
    const file = `issued-${this.#issued++}`;
    writeFileSync(this.#path(`${file}.pub`), publicKey);
    const key = ["-force_pubkey", this.#path(`${file}.pub`)];
    const out = ["-out", this.#path(`${file}.pem`), "-days", "2", "-subj", `/CN=${commonName}`];
    openssl("x509", "-new", ...key, ...out, ...this.#signer());
    return this.#read(`${file}.pem`);
  }

  #as(commonName: string, file: string): string[] {
    const files = ["-keyout", this.#path(`${file}.key`), "-out", this.#path(`${file}.pem`)];
    return [...files, "-days", "2", "-subj", `/CN=${commonName}`];
  }

  #signer(): string[] {
    return ["-CA", this.#path("ca.pem"), "-CAkey", this.#path("ca.key")];
  }

  #path(file: string): string {
    return join(this.#folder, file);
  }

  #read(file: string): string {
    return readFileSync(this.#path(file), "utf8");
  }
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

function openssl(...args: string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}
