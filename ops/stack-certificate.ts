import type { OutputMap } from "@pulumi/pulumi/automation/index.js";
import { type CertificateState, judgeCertificate } from "../infra/certificate.ts";
import { servedCertificate, type TlsAddress, tlsAddress } from "../infra/served-certificate.ts";

/** Where a stack that is up is reached over TLS, by its outputs; undefined without TLS. */
export function tlsAddressOf({ url, dns }: OutputMap): TlsAddress | undefined {
  return tlsAddress(url?.value, dns?.value ?? []);
}

/** What clients make of the certificate that they are shown; undefined where nobody answers from here. */
export async function stackCertificate(address: TlsAddress): Promise<CertificateState | undefined> {
  const certificate = await servedCertificate(address);
  return certificate && judgeCertificate(certificate, address.domain);
}
