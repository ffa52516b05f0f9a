import type { Arguments } from "../arguments.ts";
import type { Settings } from "../rules/settings.ts";
import { block, when } from "./block.ts";
import { FOLDERS, SOCKETS } from "./places.ts";

/** `nginx.conf`: everything but the servers of the Ingresses. */
export function mainText(settings: Settings, values: Arguments): string {
  return [
    `worker_processes ${settings.workerProcesses};`,
    ...when(
      settings.workerRlimitNofile !== "",
      `worker_rlimit_nofile ${settings.workerRlimitNofile};`,
    ),
    ...when(
      settings.workerShutdownTimeout !== "",
      `worker_shutdown_timeout ${settings.workerShutdownTimeout};`,
    ),
    "daemon off;",
    `error_log stderr ${settings.errorLogLevel};`,
    `pid ${FOLDERS.run}/nginx.pid;`,
    ...settings.mainSnippets,
    ...block("events", [`worker_connections ${settings.workerConnections};`]),
    ...block("http", [
      "include /etc/nginx/mime.types;",
      "default_type application/octet-stream;",
      "map_hash_max_size 2048;",
      "map_hash_bucket_size 256;",
      ...settings.httpSnippets,
      ...logLines(settings),
      "sendfile on;",
      `keepalive_timeout ${settings.keepaliveTimeout};`,
      `keepalive_requests ${settings.keepaliveRequests};`,
      `server_names_hash_max_size ${settings.serverNamesHashMaxSize};`,
      `server_names_hash_bucket_size ${settings.serverNamesHashBucketSize};`,
      "variables_hash_bucket_size 256;",
      "variables_hash_max_size 1024;",
      ...mapLines(),
      ...tlsLines(settings),
      ...statusLines(values),
      `include ${FOLDERS.nginx}/config-version.conf;`,
      `include ${FOLDERS.servers}/*.conf;`,
    ]),
    "",
  ].join("\n");
}

/** A server that tells which version of the configuration the workers have that take connections now. */
export function versionText(version: number): string {
  return [
    ...block("server", [
      `listen unix:${SOCKETS.version};`,
      "access_log off;",
      ...block("location /configVersion", [`return 200 ${version};`]),
    ]),
    "",
  ].join("\n");
}

function logLines({ accessLog, logFormat, logFormatEscaping }: Settings): string[] {
  const usual = [
    `$remote_addr - $remote_user [$time_local] "$request"`,
    `$status $body_bytes_sent "$http_referer"`,
    `"$http_user_agent" "$http_x_forwarded_for"`,
  ];
  const given = logFormat.filter((line) => line !== "");
  const parts = (logFormat.length > 0 ? given : usual).map(
    (line, index) => `'${index === 0 ? "" : " "}${line}'`,
  );
  const escaping = logFormatEscaping === "" ? "" : `escape=${logFormatEscaping} `;
  return [
    `log_format main ${escaping}`,
    ...parts.map((part) => `    ${part}`),
    "    ;",
    `access_log ${accessLog};`,
  ];
}

/** Names that configurations of Ingresses and their snippets may use. */
function mapLines(): string[] {
  const labels = ["resource_type", "resource_name", "resource_namespace", "service"];
  return [
    ...block("map $request_uri $request_uri_no_args", [`"~^(?P<path>[^?]*)(\\?.*)?$" $path;`]),
    ...block("map $http_upgrade $connection_upgrade", ["default upgrade;", "'' close;"]),
    ...labels.flatMap((label) => block(`map $http_host $${label}`, [`default "";`])),
    // A certificate whose path has a variable is read at each handshake, so a new one needs no reload.
    ...block("map $nginx_version $secret_dir_path", [`default "${FOLDERS.secrets}";`]),
  ];
}

function tlsLines(settings: Settings): string[] {
  return [
    ...when(settings.sslProtocols !== "", `ssl_protocols ${settings.sslProtocols};`),
    ...when(settings.sslCiphers !== "", `ssl_ciphers "${settings.sslCiphers}";`),
    ...when(settings.sslPreferServerCiphers, "ssl_prefer_server_ciphers on;"),
  ];
}

function statusLines(values: Arguments): string[] {
  const port = values["nginx-status-port"];
  const allowed = values["nginx-status-allow-cidrs"].split(",").map((entry) => entry.trim());
  const status = block("location /stub_status", ["stub_status;"]);
  return [
    ...when(
      values["nginx-status"],
      ...block("server", [
        `listen ${port};`,
        ...when(!values["disable-ipv6"], `listen [::]:${port};`),
        ...allowed.map((entry) => `allow ${entry};`),
        "deny all;",
        ...status,
      ]),
    ),
    ...when(
      values["enable-prometheus-metrics"],
      ...block("server", [`listen unix:${SOCKETS.status};`, "access_log off;", ...status]),
    ),
  ];
}
