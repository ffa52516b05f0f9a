import type * as pulumi from "@pulumi/pulumi";
import { REFUSE_TWO_HOSTS } from "./limits.ts";
import { ACME_FOLDER, ACME_WEBROOT, acmeCertificateFile } from "./places.ts";

export type TlsSettings =
  | { readonly kind: "off" }
  | {
      readonly kind: "acme";
      readonly email: string | undefined;
      /** URL of the authority's directory. */
      readonly server: string;
      /** Certificate of a private authority's own server, PEM. */
      readonly serverCa: string | undefined;
    }
  | {
      readonly kind: "provided";
      /** Certificate and those that vouch for it, PEM. */
      readonly certificate: string;
      readonly key: pulumi.Output<string>;
    };

/** What a server block says of its host name and its TLS. */
export interface ServerName {
  /** Undefined answers every host. */
  readonly domain: string | undefined;
  readonly tls: TlsSettings["kind"];
  /** Where plain HTTP is sent with TLS. */
  readonly httpsPort: number;
  /** Where Nginx listens for plain HTTP. */
  readonly place: { readonly httpPort: number };
  /** Certificate and key, unless they are got by ACME. */
  readonly certificate: CertificateFiles;
}

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** The server that sends plain HTTP to TLS, and answers the authority; nothing without TLS. */
export function redirection({ domain, tls, httpsPort, place }: ServerName): string {
  if (tls === "off") return "";
  const port = httpsPort === 443 ? "" : `:${httpsPort}`;
  return `server {
  listen ${place.httpPort};
  server_name ${domain};
  access_log /dev/stdout slipway;
  ${REFUSE_TWO_HOSTS}
${tls === "acme" ? CHALLENGES : ""}  location / {
    return 301 https://$host${port}$request_uri;
  }
}
`;
}

/** With forward secrecy and authentication, for TLS 1.2; those of TLS 1.3 all have both. */
export const TLS_CIPHERS = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

const CHALLENGES = `  location ^~ /.well-known/acme-challenge/ {
    root ${ACME_WEBROOT};
    default_type text/plain;
  }
`;

/**
 * With ACME the names hold a variable, so that Nginx reads the file with each handshake: it starts before
 * there is one, and needs no reload for the next.
 */
function certificateFiles({ domain, tls, certificate }: ServerName): CertificateFiles {
  if (tls !== "acme") return certificate;
  const file = acmeCertificateFile(domain ?? "").replace(ACME_FOLDER, "$acme_folder");
  return { certificate: file, key: file };
}

/** Where a server listens, for which name, and with which TLS. */
export function listening(args: ServerName): string {
  const { domain, tls, place } = args;
  const files = certificateFiles(args);
  const name = `  server_name ${domain ?? "_"};`;
  if (tls === "off") {
    return `  listen ${place.httpPort}${domain === undefined ? " default_server" : ""};\n${name}`;
  }
  return `  listen 443 ssl;
${name}
  http2 on;
  ssl_certificate ${files.certificate};
  ssl_certificate_key ${files.key};
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_ciphers ${TLS_CIPHERS};
  ssl_prefer_server_ciphers off;
  ssl_session_cache shared:tls:10m;
  ssl_session_timeout 1d;
  ssl_session_tickets off;`;
}

/** The text as it stands, in a regular expression of Nginx. */
export const escapeRegex = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
