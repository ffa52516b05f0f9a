import { createHash } from "node:crypto";
import { MAINTENANCE_HEADER } from "./places.ts";

/** Who is believed about the client, and what is told of it to whoever is behind. */

/**
 * What stands directly in front: `clients`, among whom there may be trusted proxies; `nginx`, the public Nginx
 * or the ingress controller of Slipway; `controller`, an ingress controller of another kind.
 */
export type InFront = "clients" | "nginx" | "controller";

export interface ClaimsArgs {
  readonly inFront: InFront;
  /** Networks of proxies in front. */
  readonly trustedProxies: readonly string[];
  /** Ends the names of its variables, so that several servers have their own; undefined for the only one. */
  readonly site?: string;
}

/** Names of the variables that say how the client came. */
interface ClaimVariables {
  readonly fromProxy: string;
  readonly scheme: string;
  readonly port: string;
  readonly hostPort: string;
  readonly schemePort: string;
}

export function claimNames(site?: string): ClaimVariables {
  const end = site === undefined ? "" : `_of_${variableName(site)}`;
  return {
    fromProxy: `$from_trusted_proxy${end}`,
    scheme: `$client_scheme${end}`,
    port: `$client_port${end}`,
    hostPort: `$host_port${end}`,
    schemePort: `$scheme_port${end}`,
  };
}

/** Another name for each site, short and in letters that the name of a variable may have. */
const variableName = (site: string) => createHash("sha256").update(site).digest("hex").slice(0, 12);

/** Variable that says how the client came, `http` or `https`. */
export const clientScheme = (site?: string) => claimNames(site).scheme;

const EVERYBODY = ["0.0.0.0/0", "::/0"];

/** Lines of a server that put the client's address in the place of what is in front. */
export function clientAddress({ inFront, trustedProxies }: ClaimsArgs): string {
  // Nobody else gets to it, and it says whom it saw.
  if (inFront === "nginx") return realIp(EVERYBODY, "X-Real-IP");
  // Every controller adds whom it saw at the end; what is before that may be the client's invention. Where
  // there are more proxies, all of them have to be known, the controller's pods too.
  if (inFront === "controller" && trustedProxies.length === 0) {
    return realIp(EVERYBODY, "X-Forwarded-For");
  }
  if (trustedProxies.length === 0) return "";
  return `${realIp(trustedProxies, "X-Forwarded-For")}  real_ip_recursive on;\n`;
}

const realIp = (networks: readonly string[], header: string) =>
  `${networks.map((network) => `  set_real_ip_from ${network};\n`).join("")}  real_ip_header ${header};\n`;

/**
 * Variables that say how the client came to the outermost proxy that is trusted, or here. A list in a header
 * is that of a chain of proxies, the outermost first.
 */
export function claimVariables(args: ClaimsArgs): string {
  const { fromProxy, scheme, port, hostPort, schemePort } = claimNames(args.site);
  return `${trustedPeer(args, fromProxy)}
map "${fromProxy} $http_x_forwarded_proto" ${scheme} {
  default                  $scheme;
  "~*^1 https(?:$|[ ,])"   https;
  "~*^1 http(?:$|[ ,])"    http;
}
map ${scheme} ${schemePort} {
  default 80;
  https   443;
}
map $http_host ${hostPort} {
  default                             ${schemePort};
  "~:(?<named_port>\\d{1,5})$"     $named_port;
}
map "${toldPort(args, fromProxy)}" ${port} {
  default                                       ${hostPort};
  "~^1 (?<told_port>\\d{1,5})(?:$|[ ,])"     $told_port;
}
${loginVariables(args)}`;
}

/** A controller of another kind may hand a port on that the client has invented. */
const toldPort = ({ inFront }: ClaimsArgs, fromProxy: string) =>
  inFront === "controller" ? "" : `${fromProxy} $http_x_forwarded_port`;

/** Whether the peer is one whose word on scheme and port counts: `1`, or empty. */
function trustedPeer({ inFront, trustedProxies }: ClaimsArgs, variable: string): string {
  if (inFront === "nginx") return `map "" ${variable} {\n  default 1;\n}`;
  const networks = inFront === "controller" ? EVERYBODY : withCheck(trustedProxies);
  const trusted = networks.map((network) => `  ${network} 1;\n`).join("");
  return `geo $realip_remote_addr ${variable} {\n  default "";\n${trusted}}`;
}

/** The check after a switch stands in for the proxy, from within Nginx's own container. */
const withCheck = (trustedProxies: readonly string[]) =>
  trustedProxies.length === 0 ? [] : ["127.0.0.1", ...trustedProxies];

/** What a proxy that people log in at, or that asks for a certificate, says of them. */
const LOGIN_HEADERS = [
  "Remote-User",
  "X-Remote-User",
  "X-Forwarded-User",
  "X-Forwarded-Email",
  "X-Forwarded-Groups",
  "X-Forwarded-Preferred-Username",
  "X-Forwarded-Client-Cert",
  "X-SSL-Client-Cert",
  "X-SSL-Client-Verify",
  "X-SSL-Client-S-DN",
];

/** What nobody says but a client that claims to be a proxy. Frameworks and servers believe one or another. */
const INVENTED_HEADERS = [
  // The standard one: Rack prefers it to those that are set here.
  "Forwarded",
  "Forwarded-For",
  "Forwarded-Proto",
  "X-Forwarded",
  // How the client came.
  "Front-End-Https",
  "X-Forwarded-Protocol",
  "X-Forwarded-Scheme",
  "X-Forwarded-Ssl",
  "X-Forwarded-Https",
  "X-Scheme",
  "X-Url-Scheme",
  // To which name and path.
  "X-Forwarded-Server",
  "X-Forwarded-By",
  "X-Forwarded-Path",
  "X-Forwarded-Uri",
  "X-Forwarded-Method",
  "X-Host",
  "X-HTTP-Host-Override",
  "X-Original-Host",
  "X-Original-URI",
  "X-Original-URL",
  "X-Rewrite-URL",
  "X-Script-Name",
  // From which address.
  "CF-Connecting-IP",
  "CF-Connecting-IPv6",
  "Client-IP",
  "Fastly-Client-IP",
  "Fly-Client-IP",
  "True-Client-IP",
  "X-Azure-ClientIP",
  "X-Client-IP",
  "X-Cluster-Client-IP",
  "X-Envoy-External-Address",
  "X-Original-Forwarded-For",
  "X-Originating-IP",
  "X-Remote-Addr",
  "X-Remote-IP",
  // CGI would make HTTP_PROXY of it, which clients in the app take for theirs (httpoxy).
  "Proxy",
  // Which files a server in front may be sent for.
  "X-Accel-Mapping",
  "X-Sendfile-Type",
];

const tellNothing = (header: string) => `proxy_set_header ${header} "";`;

/** Lines that hand on who has logged in, if a trusted proxy says it. */
export function loginHeaders({ inFront, trustedProxies, site }: ClaimsArgs): string[] {
  // Nginx of ours has sorted them out already, and has some only where there are proxies.
  if (inFront === "nginx" && trustedProxies.length > 0) return [];
  if (inFront === "controller" || trustedProxies.length === 0)
    return LOGIN_HEADERS.map(tellNothing);
  return LOGIN_HEADERS.map(
    (header) => `proxy_set_header ${header} ${loginVariable(header, site)};`,
  );
}

function loginVariable(header: string, site: string | undefined): string {
  const name = header.toLowerCase().replaceAll("-", "_");
  return `$told_${name}${site === undefined ? "" : `_of_${variableName(site)}`}`;
}

function loginVariables(args: ClaimsArgs): string {
  if (args.inFront !== "clients" || args.trustedProxies.length === 0) return "";
  const { fromProxy } = claimNames(args.site);
  return LOGIN_HEADERS.map((header) => {
    const sent = `$http_${header.toLowerCase().replaceAll("-", "_")}`;
    return `map ${fromProxy} ${loginVariable(header, args.site)} {\n  default "";\n  1       ${sent};\n}\n`;
  }).join("");
}

/** Lines that say how and from where a client came; of all that is passed on, what is behind believes these. */
export function clientHeaders(args: ClaimsArgs): string[] {
  const { scheme, port } = claimNames(args.site);
  return [
    "proxy_set_header Host $http_host;",
    "proxy_set_header X-Real-IP $remote_addr;",
    "proxy_set_header X-Forwarded-For $remote_addr;",
    "proxy_set_header X-Forwarded-Host $http_host;",
    `proxy_set_header X-Forwarded-Proto ${scheme};`,
    `proxy_set_header X-Forwarded-Port ${port};`,
    ...loginHeaders(args),
  ];
}

/** Lines for what an app is told of a request, and what it is not. */
export function appHeaders(args: ClaimsArgs, prefix: string): string[] {
  return [
    ...clientHeaders(args),
    // A change to anything else, HTTP/2 say, would go round all that is said here.
    "proxy_set_header Upgrade $websocket;",
    "proxy_set_header Connection $connection_upgrade;",
    `proxy_set_header X-Forwarded-Prefix "${prefix}";`,
    "proxy_set_header X-Request-Id $request_id;",
    // The pass is for Nginx.
    tellNothing(MAINTENANCE_HEADER),
    ...INVENTED_HEADERS.map(tellNothing),
  ];
}
