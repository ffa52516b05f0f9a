/** What holds for every server: sizes, formats, and variables that they use. */
export const HTTP_SETTINGS = `# Written by Slipway.
server_tokens off;
# A reload must not close a connection just as its client uses it (nginx 1.27.4 and later).
keepalive_min_timeout 10s;
gzip on;
gzip_proxied any;
gzip_vary on;
gzip_types text/css application/javascript text/javascript application/json image/svg+xml;

log_format slipway escape=json '{"time":"$time_iso8601","id":"$request_id","client":"$remote_addr",'
  '"method":"$request_method","host":"$host","path":"$request_path","protocol":"$server_protocol",'
  '"status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,"upstream":"$upstream_addr",'
  '"upstreamStatus":"$upstream_status","upstreamSeconds":"$upstream_response_time",'
  '"referer":"$http_referer","agent":"$http_user_agent"}';

# Without what follows a question mark, which may be nobody's business.
map $request_uri $request_path {
  "~^(?<path>[^?]*)" $path;
}
map $http_upgrade $connection_upgrade {
  default upgrade;
  ''      '';
}
# A stream of events must not wait for a full buffer.
map $http_accept $app_location {
  default             @app;
  ~text/event-stream  @stream;
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
