import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect } from "node:tls";

/** Where a stack is reached over TLS. */
export interface TlsAddress {
  readonly domain: string;
  /** Where that name is to lead to, whatever name servers say by now. */
  readonly address: string;
  readonly port: number;
}

const SECONDS = 5;

/** The certificate that clients are shown; undefined where nobody answers from here. */
export function servedCertificate({
  domain,
  address,
  port,
}: TlsAddress): Promise<X509Certificate | undefined> {
  return new Promise((done) => {
    const socket = connect({
      host: address,
      port,
      // Looked at, whoever signed it.
      rejectUnauthorized: false,
      ...(isIP(domain) === 0 && { servername: domain }),
    });
    const end = (certificate: X509Certificate | undefined) => {
      socket.destroy();
      done(certificate);
    };
    socket.setTimeout(SECONDS * 1000, () => end(undefined));
    socket.once("error", () => end(undefined));
    socket.once("secureConnect", () => end(socket.getPeerX509Certificate()));
  });
}

/** Where a stack says, by its outputs, that it is reached; undefined without TLS. */
export function tlsAddress(
  url: string | undefined,
  dns: readonly { readonly value: string }[],
): TlsAddress | undefined {
  const [record] = dns;
  if (url === undefined || record === undefined || !URL.canParse(url)) return undefined;
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== "https:" || record.value === "") return undefined;
  return { domain: hostname, address: record.value, port: Number(port || 443) };
}
