import {
  appHeaders,
  claimVariables,
  clientAddress,
  clientScheme,
  type InFront,
} from "./client-claims.ts";
import { HTTP_SETTINGS } from "./http-settings.ts";
import { REFUSE_TWO_HOSTS } from "./limits.ts";
import { escapeRegex, listening, redirection, type ServerName, type TlsSettings } from "./names.ts";
import { page, UNAVAILABLE } from "./pages.ts";
import { ACME_FOLDER, CONF_FOLDER, maintenanceFiles } from "./places.ts";
import {
  NO_LINKS,
  STATIC_ROOT,
  type StaticArgs,
  staticLocations,
  staticSettings,
} from "./static-conf.ts";

/** Certificate and key, below `CONF_FOLDER`. */
const TLS_FILES = { certificate: "tls/certificate.pem", key: "tls/key.pem" } as const;

/** Where Nginx stands: what is in front of it, and what it finds there. */
export interface NginxPlace {
  /** Where it listens for plain HTTP. */
  readonly httpPort: number;
  /** Who looks names up; undefined leaves that to the start of Nginx. */
  readonly resolver: string | undefined;
  /** Folder of the files that close the app for maintenance. */
  readonly maintenanceFolder: string;
  /** How long a connection to the app may take. */
  readonly connectSeconds: number;
  /** What stands directly in front. */
  readonly inFront: InFront;
  /** Where each of the other stacks that it serves has a folder of its own; undefined where it serves none. */
  readonly sitesFolder: string | undefined;
}

export interface ServerConfArgs extends StaticArgs {
  readonly place: NginxPlace;
  /** The only host that is answered; undefined answers every one. */
  readonly domain: string | undefined;
  readonly tls: TlsSettings["kind"];
  /** Where plain HTTP is sent with TLS. */
  readonly httpsPort: number;
  /** Begins and ends with a slash; taken away before the app sees a path. */
  readonly pathPrefix: string;
  readonly bodyMiB: number;
  readonly readSeconds: number;
  readonly rateLimits: Readonly<Record<string, string>>;
  readonly trustedProxies: readonly string[];
}

/** What stays the same from release to release: `default.conf`. */
export function serverConf(args: ServerConfArgs): string {
  return [
    HTTP_SETTINGS,
    staticSettings(args),
    prefixVariable(args),
    placeConf(args),
    limitZones(args.rateLimits),
    INSIDE_ONLY,
    args.tls === "acme" ? ACME_VARIABLE : "",
    unknownHosts(args),
    redirection(named(args)),
    server(args),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

const named = (args: ServerConfArgs): ServerName => ({
  ...args,
  certificate: {
    certificate: `${CONF_FOLDER}/${TLS_FILES.certificate}`,
    key: `${CONF_FOLDER}/${TLS_FILES.key}`,
  },
});

function placeConf({ place, trustedProxies }: ServerConfArgs): string {
  const { resolver, inFront, sitesFolder } = place;
  const lookUp = resolver === undefined ? "" : `resolver ${resolver} valid=2s ipv6=off;\n`;
  const sites = sitesFolder === undefined ? "" : sitesConf(sitesFolder);
  return `${lookUp}${claimVariables({ inFront, trustedProxies })}${sites}`;
}

const sitesConf = (
  folder: string,
) => `# A connection for each request: one that is kept could end just as it is used.
map $websocket $site_connection {
  default   close;
  websocket upgrade;
}
include ${folder}/*/*.conf;
`;

const INSIDE_ONLY = `server {
  listen 127.0.0.1:8081;
  access_log off;
  location = /stub_status {
    allow 127.0.0.1;
    deny all;
    stub_status;
  }
}
`;

const ACME_VARIABLE = `map $ssl_server_name $acme_folder {
  default ${ACME_FOLDER};
}
`;

/** One zone a path; a request that no path matches has an empty key, and is not counted. */
function limitZones(limits: ServerConfArgs["rateLimits"]): string {
  return Object.entries(limits)
    .map(
      ([path, rate], index) => `map $uri $limited_${index} {
  default "";
  "~^${escapeRegex(path)}" $binary_remote_addr;
}
limit_req_zone $limited_${index} zone=limit_${index}:1m rate=${rate};
`,
    )
    .join("");
}

/** Nothing is said to a client that asks for another host, not even a certificate. */
function unknownHosts({ domain, tls, place }: ServerConfArgs): string {
  if (domain === undefined) return "";
  const https =
    tls === "off" ? "" : "\n  listen 443 ssl default_server;\n  ssl_reject_handshake on;";
  return `server {
  listen ${place.httpPort} default_server;${https}
  server_name _;
  access_log off;
  return 444;
}
`;
}

function server(args: ServerConfArgs): string {
  const maintenance = maintenanceFiles(args.place.maintenanceFolder);
  return `server {
${listening(named(args))}
${STATIC_ROOT}  access_log /dev/stdout slipway;
  client_max_body_size ${args.bodyMiB}m;
${clientAddress(claims(args))}${limits(args.rateLimits)}
${headers(args, "$static_cache")}
  error_page 502 @unavailable;
  error_page 504 = @again;
  # Which may end with a page of its own.
  recursive_error_pages on;
  error_page 503 @maintenance;
  ${REFUSE_TWO_HOSTS}
  # Files, so that it begins and ends for every worker at once, old ones included.
  set $closed "";
  set $retry_after "";
  if (-f ${maintenance.on}) {
    set $closed 1;
  }
  if (-f ${maintenance.pass}$http_x_slipway_maintenance) {
    set $closed "";
  }
  if ($closed) {
    set $retry_after 120;
    return 503;
  }
${prefixRules(args)}
${staticLocations()}  location @app {
${proxy(args)}
  }
  location @stream {
${proxy(args)}
    proxy_buffering off;
  }
${fallback(args)}  # Once more where there was no connection in time, and so nothing was sent: as of a container or a pod that
  # has just gone.
  location @again {
    error_page 502 504 @unavailable;
    if ($upstream_bytes_sent ~ [1-9]) {
      return 504;
    }
${proxy(args)}
    proxy_buffering off;
  }
${UNAVAILABLE}  location @maintenance {
    default_type text/html;
    return 503 "${page("Under maintenance", "We will be back soon.")}";
  }
}
`;
}

const claims = ({ place, trustedProxies }: ServerConfArgs) => ({
  inFront: place.inFront,
  trustedProxies,
});

function limits(rates: ServerConfArgs["rateLimits"]): string {
  const lines = Object.keys(rates).map(
    (_, index) => `  limit_req zone=limit_${index} burst=5 nodelay;\n`,
  );
  return lines.length === 0 ? "" : `${lines.join("")}  limit_req_status 429;\n`;
}

/** What an answer tells the browser, where the app does not say it itself. */
function headers({ tls }: ServerConfArgs, cache: string, indent = "  "): string {
  return [
    "add_header X-Request-Id $request_id always;",
    "add_header Retry-After $retry_after always;",
    `add_header Cache-Control ${cache};`,
    "add_header X-Content-Type-Options $content_type_options always;",
    "add_header X-Frame-Options $frame_options always;",
    "add_header Referrer-Policy $referrer_policy always;",
    ...(tls === "off" ? [] : ["add_header Strict-Transport-Security $transport_security always;"]),
  ]
    .map((line) => `${indent}${line}`)
    .join("\n");
}

/** A page that neither the files nor the app knows is one of the client's own routes. */
function fallback(args: ServerConfArgs): string {
  if (args.staticFallback === undefined) return "";
  return `  location @page {
${proxy(args)}
    proxy_intercept_errors on;
    error_page 404 = @fallback;
    error_page 502 @unavailable;
    error_page 504 = @again;
  }
  location @fallback {
${headers(args, "no-cache", "    ")}
${NO_LINKS}    try_files /$files/${args.staticFallback} =404;
  }
`;
}

/** The path as the app sees it, in the words of the client: not decoded, and no slashes merged. */
function prefixVariable({ pathPrefix: prefix }: ServerConfArgs): string {
  if (prefix === "/") return "";
  return `map $request_uri $app_request_uri {
  default "";
  "~^${escapeRegex(prefix.slice(0, -1))}(?<app_path>/.*)$" $app_path;
}
`;
}

/** Before a location is chosen, so that everything below sees the path as the app does. */
function prefixRules({ pathPrefix: prefix }: ServerConfArgs): string {
  if (prefix === "/") return "";
  const bare = prefix.slice(0, -1);
  // 308, because a POST stays one.
  return `  if ($uri = ${bare}) {
    return 308 ${clientScheme()}://$http_host${prefix}$is_args$args;
  }
  if ($uri !~ ^${escapeRegex(prefix)}) {
    return 404;
  }
  if ($app_request_uri = "") {
    return 404;
  }
  rewrite ^${escapeRegex(bare)}(/.*)$ $1;
`;
}

function proxy(args: ServerConfArgs): string {
  const { pathPrefix, readSeconds, place } = args;
  const prefix = pathPrefix === "/" ? "" : pathPrefix.slice(0, -1);
  return [
    `proxy_pass http://app${pathPrefix === "/" ? "" : "$app_request_uri"};`,
    `proxy_connect_timeout ${place.connectSeconds}s;`,
    `proxy_read_timeout ${readSeconds}s;`,
    `proxy_send_timeout ${readSeconds}s;`,
    "proxy_http_version 1.1;",
    ...appHeaders(claims(args), prefix),
  ]
    .map((line) => `    ${line}`)
    .join("\n");
}
