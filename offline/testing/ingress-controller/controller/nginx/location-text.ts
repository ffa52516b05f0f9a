import { when } from "./block.ts";
import type { Location, Owner, RequestLimitUse } from "./model.ts";

interface Surroundings {
  readonly keepalive: number;
  readonly redirectToHttps: boolean;
}

export function locationLines(
  location: Location,
  { keepalive, redirectToHttps }: Surroundings,
): string[] {
  const { minion, rewriteRule, requestLimit } = location;
  return [
    `set $service "${location.service}";`,
    ...(minion === undefined ? [] : minionLines(minion)),
    ...(rewriteRule === undefined
      ? []
      : [`rewrite ${rewriteRule.pattern} ${rewriteRule.target} break;`]),
    "proxy_http_version 1.1;",
    ...connectionLines(location, keepalive),
    ...location.snippets,
    `proxy_connect_timeout ${location.connectTimeout};`,
    `proxy_read_timeout ${location.readTimeout};`,
    `proxy_send_timeout ${location.sendTimeout};`,
    `client_max_body_size ${location.clientMaxBodySize};`,
    ...location.setHeaders.map(
      ({ name, value }) => `proxy_set_header ${name} ${JSON.stringify(value)};`,
    ),
    "proxy_set_header Host $host;",
    "proxy_set_header X-Real-IP $remote_addr;",
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    "proxy_set_header X-Forwarded-Host $host;",
    "proxy_set_header X-Forwarded-Port $server_port;",
    `proxy_set_header X-Forwarded-Proto ${redirectToHttps ? "https" : "$scheme"};`,
    `proxy_buffering ${location.buffering ? "on" : "off"};`,
    ...when(location.nextUpstream !== "", `proxy_next_upstream ${location.nextUpstream};`),
    ...when(
      location.nextUpstreamTries > 0,
      `proxy_next_upstream_tries ${location.nextUpstreamTries};`,
    ),
    `proxy_pass http://${location.upstream}${location.rewrite};`,
    ...(requestLimit === undefined ? [] : requestLimitLines(requestLimit)),
  ];
}

function minionLines({ namespace, name }: Owner): string[] {
  return [
    `# location for minion ${namespace}/${name}`,
    `set $resource_name "${name}";`,
    `set $resource_namespace "${namespace}";`,
  ];
}

function connectionLines({ websocket }: Location, keepalive: number): readonly string[] {
  if (!websocket) return when(keepalive > 0, `proxy_set_header Connection "";`);
  return [
    "proxy_set_header Upgrade $http_upgrade;",
    "proxy_set_header Connection $connection_upgrade;",
  ];
}

function requestLimitLines({ zone, burst, noDelay, rejectCode }: RequestLimitUse): string[] {
  const options = [...when(burst !== 0, `burst=${burst}`), ...when(noDelay, "nodelay")];
  return [
    `${["limit_req", `zone=${zone}`, ...options].join(" ")};`,
    "limit_req_log_level error;",
    ...when(rejectCode !== 0, `limit_req_status ${rejectCode};`),
  ];
}
