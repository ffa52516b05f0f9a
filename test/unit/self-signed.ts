import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SelfSigned {
  /** PEM, as is the key. */
  readonly certificate: string;
  readonly key: string;
}

/** A certificate for these names (`DNS:shop.example`), good from now on. */
export function selfSigned(days: number, ...names: readonly string[]): SelfSigned {
  const folder = mkdtempSync(join(tmpdir(), "slipway-certificate-"));
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const options = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-keyout", key, "-out", certificate];
  const alternative = names.length === 0 ? [] : ["-addext", `subjectAltName=${names.join()}`];
  const subject = ["-days", String(days), "-subj", "/CN=shop.example"];
  try {
    const words = ["req", ...options, ...subject, ...alternative, ...files];
    execFileSync("openssl", words, { stdio: "ignore" });
    return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
