import { type ClaimsArgs, claimVariables, clientAddress, clientHeaders } from "./client-claims.ts";
import type { ServerConfArgs } from "./conf.ts";
import { FURTHER_SECONDS, REFUSE_TWO_HOSTS } from "./limits.ts";
import { listening, redirection } from "./names.ts";
import { UNAVAILABLE } from "./pages.ts";
import { CONF_FOLDER } from "./places.ts";

/** Where the stacks that a public Nginx serves for others have a folder each. */
export const SITES_FOLDER = `${CONF_FOLDER}/sites`;

export interface SiteConfArgs
  extends Pick<ServerConfArgs, "tls" | "httpsPort" | "readSeconds" | "trustedProxies"> {
  /** Name of the stack, and of its folder. */
  readonly site: string;
  readonly domain: string;
  /** `HOST:PORT` of the stack's own Nginx. */
  readonly address: string;
}

/** Certificate and key in one file, so that both change at once. */
export const SITE_CERTIFICATE = "certificate.pem";

/**
 * A stack's own part of the public Nginx of another one: its host name, its TLS, and the way to its own
 * Nginx, which does all else.
 */
export function siteConf(args: SiteConfArgs): string {
  const { site, domain, tls, httpsPort, address } = args;
  const file = `${SITES_FOLDER}/${site}/${SITE_CERTIFICATE}`;
  const name = {
    domain,
    tls,
    httpsPort,
    place: { httpPort: 80 },
    certificate: { certificate: file, key: file },
  };
  return [
    `# Written by Slipway, of the stack ${site}.`,
    upstream(site, address),
    claimVariables(claims(args)),
    redirection(name),
    `server {
${listening(name)}
  # Its own Nginx writes a log, and decides how large a body may be.
  access_log off;
  client_max_body_size 0;
  ${REFUSE_TWO_HOSTS}
${clientAddress(claims(args))}${tls === "off" ? "" : "  add_header Strict-Transport-Security $transport_security always;\n"}  error_page 502 504 @unavailable;
  location / {
${proxy(args)}
  }
${UNAVAILABLE}}
`,
  ]
    .filter((part) => part !== "")
    .join("\n");
}

const claims = ({ site, trustedProxies }: SiteConfArgs): ClaimsArgs => ({
  inFront: "clients",
  trustedProxies,
  site,
});

/** Looked up while Nginx runs: a stack that is away must not keep it from starting for the others. */
const upstream = (site: string, address: string) => `upstream site-${site} {
  zone site-${site} 64k;
  server ${address} resolve max_fails=0;
}`;

function proxy(args: SiteConfArgs): string {
  const { site } = args;
  // Its own Nginx says first that the app has been silent for too long.
  const seconds = args.readSeconds + FURTHER_SECONDS;
  return [
    `proxy_pass http://site-${site};`,
    "proxy_connect_timeout 2s;",
    `proxy_read_timeout ${seconds}s;`,
    `proxy_send_timeout ${seconds}s;`,
    "proxy_http_version 1.1;",
    // Bodies and streams pass as they come.
    "proxy_request_buffering off;",
    "proxy_buffering off;",
    "proxy_set_header Upgrade $websocket;",
    "proxy_set_header Connection $site_connection;",
    // The rest of what a client claims is taken away by the Nginx behind it.
    ...clientHeaders(claims(args)),
  ]
    .map((line) => `    ${line}`)
    .join("\n");
}
