import { HEADERS_TABLE, HOSTS_DIFFER, LIMITS, TABLES, TRIES } from "./limits.ts";

const GZIP_TYPES = [
  ...["text/css", "text/javascript", "text/plain", "text/xml", "image/svg+xml"],
  ...["javascript", "json", "ld+json", "manifest+json", "rss+xml", "wasm", "xml"].map(
    (type) => `application/${type}`,
  ),
];

/** What holds for every server: sizes, formats, and variables that they use. */
export const HTTP_SETTINGS = `# Written by Slipway.
server_tokens off;
# A reload must not close a connection just as its client uses it (nginx 1.27.4 and later).
keepalive_min_timeout 10s;
${LIMITS}
${TABLES}${HEADERS_TABLE}
proxy_next_upstream ${TRIES.when};
proxy_next_upstream_tries ${TRIES.most};

gzip on;
gzip_proxied any;
gzip_vary on;
# Less would fit into a packet either way.
gzip_min_length 1000;
gzip_types ${GZIP_TYPES.join(" ")};

log_format slipway escape=json '{"time":"$time_iso8601","id":"$request_id","client":"$remote_addr",'
  '"method":"$request_method","host":"$host","path":"$request_path","protocol":"$server_protocol",'
  '"status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,"upstream":"$upstream_addr",'
  '"upstreamStatus":"$upstream_status","upstreamSeconds":"$upstream_response_time",'
  '"referer":"$http_referer","agent":"$http_user_agent"}';

# Without what follows a question mark, which may be nobody's business.
map $request_uri $request_path {
  "~^(?<path>[^?]*)" $path;
}
${HOSTS_DIFFER}# Nothing else is passed on that changes what a connection speaks.
map $http_upgrade $websocket {
  default       "";
  ~*^websocket$ websocket;
}
map $websocket $connection_upgrade {
  default   "";
  websocket upgrade;
}
# Headers that the app sets itself are left to it.
map $upstream_http_x_content_type_options $content_type_options {
  ''      nosniff;
  default '';
}
map $upstream_http_x_frame_options $frame_options {
  ''      SAMEORIGIN;
  default '';
}
map $upstream_http_referrer_policy $referrer_policy {
  ''      strict-origin-when-cross-origin;
  default '';
}
map $upstream_http_strict_transport_security $transport_security {
  ''      "max-age=31536000";
  default '';
}
`;
