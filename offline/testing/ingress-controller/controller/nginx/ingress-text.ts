import { block, when } from "./block.ts";
import { locationLines } from "./location-text.ts";
import type { IngressConfig, Owner, RequestLimitZone, Server, Tls, Upstream } from "./model.ts";
import { FOLDERS } from "./places.ts";

/** Nothing listens there, so that an upstream without servers answers with status 502. */
const NOBODY = "127.0.0.1:8181";

/** The file of an Ingress, or of the default server. */
export function ingressText(config: IngressConfig): string {
  const { owner, upstreams, requestLimitZones, servers, keepalive } = config;
  return [
    `# configuration for ${owner === undefined ? "the default server" : `${owner.namespace}/${owner.name}`}`,
    ...upstreams.flatMap((upstream) => upstreamLines(upstream, keepalive)),
    ...requestLimitZones.map(requestLimitZoneLine),
    ...servers.flatMap((server) => block("server", serverLines(server, owner, keepalive))),
    "",
  ].join("\n");
}

function upstreamLines(upstream: Upstream, keepalive: number): string[] {
  const { name, loadBalancing, addresses, maxFails, failTimeout, maxConns } = upstream;
  const server = (address: string, fails: number, timeout: string, conns: number) =>
    `server ${address} max_fails=${fails} fail_timeout=${timeout} max_conns=${conns};`;
  return block(`upstream ${name}`, [
    `zone ${name} 256k;`,
    ...when(loadBalancing !== "", `${loadBalancing};`),
    ...addresses.map((address) => server(address, maxFails, failTimeout, maxConns)),
    ...when(addresses.length === 0, server(NOBODY, 1, "10s", 0)),
    ...when(keepalive > 0, `keepalive ${keepalive};`),
  ]);
}

function requestLimitZoneLine({ key, name, size, rate }: RequestLimitZone): string {
  return `limit_req_zone ${key} zone=${name}:${size} rate=${rate};`;
}

function serverLines(server: Server, owner: Owner | undefined, keepalive: number): string[] {
  return [
    ...listenLines(server),
    ...when(server.tls !== undefined && server.http2, "http2 on;"),
    ...(server.tls === undefined ? [] : tlsLines(server.tls)),
    ...server.realIp.from.map((from) => `set_real_ip_from ${from};`),
    ...when(server.realIp.header !== "", `real_ip_header ${server.realIp.header};`),
    ...when(server.realIp.recursive, "real_ip_recursive on;"),
    `server_tokens ${server.serverTokens ? "on" : "off"};`,
    `server_name ${server.name};`,
    ...(owner === undefined ? [] : ownerLines(owner)),
    ...strictTransportLines(server),
    ...redirectLines(server),
    ...server.snippets,
    ...when(server.accessLogOff, "access_log off;"),
    ...when(
      server.healthUri !== undefined,
      ...block(`location = ${server.healthUri}`, [
        "default_type text/plain;",
        `return 200 "healthy\\n";`,
      ]),
    ),
    ...server.locations.flatMap((location) =>
      block(
        `location ${location.match}`,
        locationLines(location, { keepalive, redirectToHttps: server.redirectToHttps }),
      ),
    ),
    ...when(server.answer !== undefined, ...block("location /", [`return ${server.answer};`])),
  ];
}

function listenLines({ isDefault, ipv6, tls }: Server): string[] {
  const end = isDefault ? " default_server;" : ";";
  return [
    `listen 80${end}`,
    ...when(ipv6, `listen [::]:80${end}`),
    ...when(tls !== undefined, `listen 443 ssl${end}`, ...when(ipv6, `listen [::]:443 ssl${end}`)),
  ];
}

function tlsLines({ certificate }: Tls): string[] {
  if (certificate === undefined) return ["ssl_reject_handshake on;"];
  const path = certificate.replace(FOLDERS.secrets, "$secret_dir_path");
  return [`ssl_certificate ${path};`, `ssl_certificate_key ${path};`];
}

function ownerLines({ namespace, name }: Owner): string[] {
  return [
    `set $resource_type "ingress";`,
    `set $resource_name "${name}";`,
    `set $resource_namespace "${namespace}";`,
    `set $service "-";`,
  ];
}

function strictTransportLines({ strictTransport, tls }: Server): string[] {
  const { enabled, maxAge, includeSubdomains, behindProxy } = strictTransport;
  if (!enabled || (tls === undefined && !behindProxy)) return [];
  const isSecure = behindProxy ? "$http_x_forwarded_proto = 'https'" : "$https = on";
  const value = `max-age=${maxAge}; ${includeSubdomains ? "includeSubDomains; " : ""}preload`;
  return [
    `set $hsts_header_val "";`,
    "proxy_hide_header Strict-Transport-Security;",
    ...block(`if (${isSecure})`, [`set $hsts_header_val "${value}";`]),
    `add_header Strict-Transport-Security "$hsts_header_val" always;`,
  ];
}

function redirectLines({ tls, sslRedirect, redirectToHttps }: Server): string[] {
  return [
    ...when(
      tls !== undefined && sslRedirect,
      ...block("if ($scheme = http)", ["return 301 https://$host:443$request_uri;"]),
    ),
    ...when(
      redirectToHttps,
      ...block("if ($http_x_forwarded_proto = 'http')", ["return 301 https://$host$request_uri;"]),
    ),
  ];
}
