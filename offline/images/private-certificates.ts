import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readIfThere } from "./machine-files.ts";

const systemBundle = "/etc/ssl/certs/ca-certificates.crt";
const addedByHand = "/usr/local/share/ca-certificates";
const fromDistribution = "/usr/share/ca-certificates";

/**
 * What this machine trusts beyond its distribution's list (a company's TLS proxy, say), as files for
 * `update-ca-certificates`: that keeps them trusted when it runs again inside an image.
 */
export async function privateCertificates(
  alsoTrusted: readonly string[],
): Promise<Record<string, string>> {
  const [trusted, known] = await Promise.all([
    certificatesIn([systemBundle, ...(await certificateFiles(addedByHand)), ...alsoTrusted]),
    certificatesIn(await certificateFiles(fromDistribution)),
  ]);
  const extra = trusted.filter((certificate) => !known.includes(certificate));
  return Object.fromEntries(
    extra
      .map((certificate) => [`${addedByHand}/machine-${fingerprint(certificate)}.crt`, certificate])
      .sort(),
  );
}

async function certificateFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(".crt")).map((name) => join(folder, name));
}

async function certificatesIn(files: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(files.map(readIfThere));
  return [...new Set(texts.flatMap(splitCertificates))];
}

export function splitCertificates(text: string): string[] {
  const blocks = text
    .replaceAll("\r", "")
    .match(/-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----/g);
  return (blocks ?? []).map((block) => `${block}\n`);
}

function fingerprint(certificate: string): string {
  return createHash("sha256").update(certificate).digest("hex").slice(0, 16);
}
