import { expect, test } from "vitest";
import { type ServerConfArgs, serverConf } from "../../../../components/nginx/conf.ts";
import { NO_RELEASE_CONF, releaseConf } from "../../../../components/nginx/release-conf.ts";

const ARGS: ServerConfArgs = {
  place: {
    httpPort: 80,
    resolver: "127.0.0.11",
    connectSeconds: 2,
    maintenanceFolder: "/etc/nginx/conf.d/maintenance",
    inFront: "clients",
    sitesFolder: undefined,
  },
  domain: undefined,
  tls: "off",
  httpsPort: 443,
  pathPrefix: "/",
  staticPrefix: "/",
  staticFallback: undefined,
  bodyMiB: 10,
  readSeconds: 60,
  rateLimits: {},
  trustedProxies: [],
};

/** The directives of a text, without its comments. */
const directives = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

test("a release is one server and one folder of static files", () => {
  expect(directives(releaseConf(["web-1-abc:3000"], "0123456789ab"))).toEqual([
    "upstream app {",
    "zone app 512k;",
    "server web-1-abc:3000 resolve;",
    "server web-1-abc:3000 resolve backup max_fails=0;",
    "keepalive 128;",
    "keepalive_timeout 1s;",
    "}",
    "map $host $release_files {",
    "default 0123456789ab;",
    "}",
  ]);
});

test("before the first release there is a server that nobody listens at, and no files", () => {
  expect(directives(NO_RELEASE_CONF)).toEqual([
    "upstream app {",
    "server 127.0.0.1:9;",
    "}",
    "map $host $release_files {",
    "default none;",
    "}",
    ...[1, 2, 3, 4].flatMap((number) => [
      `map $host $earlier_files_${number} {`,
      "default none;",
      "}",
    ]),
  ]);
});

test("a reload leaves clients of the old workers time to finish", () => {
  expect(serverConf(ARGS)).toMatch(/^keepalive_min_timeout 10s;$/m);
});

test("a file is one of this release; with a hash in its name, of the four before it, too", () => {
  const folders = ["$files", ...[1, 2, 3, 4].map((number) => `$files_${number}`)];
  const conf = serverConf(ARGS);
  expect(conf).toContain(
    `try_files ${folders.map((one) => `/${one}$static_uri`).join(" ")} $app_location;`,
  );
  expect(conf).toMatch(
    /location \/ \{\n +disable_symlinks on from=\/srv\/static;\n +try_files \/\$files\$static_uri \$app_location;/,
  );
});

test("the app is told who asked, for which host, and how, and nothing that a client invents", () => {
  const [app = ""] = /location @app \{[^}]*\}/.exec(serverConf(ARGS)) ?? [];
  const headers = [...app.matchAll(/proxy_set_header (\S+) (\S+);/g)];
  const told = headers.filter(([, , value]) => value !== '""');
  expect(Object.fromEntries(told.map(([, name, value]) => [name, value]))).toEqual({
    Host: "$http_host",
    Upgrade: "$websocket",
    Connection: "$connection_upgrade",
    "X-Real-IP": "$remote_addr",
    "X-Forwarded-For": "$remote_addr",
    "X-Forwarded-Host": "$http_host",
    "X-Forwarded-Proto": "$client_scheme",
    "X-Forwarded-Port": "$client_port",
    "X-Request-Id": "$request_id",
  });
  const names = headers.map(([, name]) => name?.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
});

test("every server refuses a request that names two hosts, the redirect to TLS too", () => {
  const conf = serverConf({ ...ARGS, domain: "shop.example", tls: "acme" });
  expect(conf.match(/if \(\$hosts_differ\)/g)).toHaveLength(2);
});

test("a request that timed out is not sent again, and none more than twice", () => {
  const conf = directives(serverConf(ARGS));
  expect(conf).toContain("proxy_next_upstream error;");
  expect(conf).toContain("proxy_next_upstream_tries 2;");
});

test("a controller of another kind is believed as to the last one that it saw, and no further", () => {
  const place = { ...ARGS.place, inFront: "controller" } as const;
  const conf = directives(serverConf({ ...ARGS, place }));
  expect(conf).toContain("real_ip_header X-Forwarded-For;");
  expect(conf).not.toContain("real_ip_recursive on;");
  const proxied = directives(serverConf({ ...ARGS, place, trustedProxies: ["10.0.0.0/8"] }));
  expect(proxied).toContain("set_real_ip_from 10.0.0.0/8;");
  expect(proxied).not.toContain("set_real_ip_from 0.0.0.0/0;");
});

test("every block that opens also closes, and every directive ends", () => {
  for (const text of [serverConf(ARGS), NO_RELEASE_CONF]) {
    expect(text.match(/[{]$/gm)?.length).toBe(text.match(/^ *[}]$/gm)?.length);
    expect(directives(text).filter((line) => !/[;{}']$/.test(line))).toEqual([]);
  }
});

test("with a domain, another host gets nothing, not even a certificate", () => {
  const conf = serverConf({ ...ARGS, domain: "shop.example", tls: "provided" });
  expect(conf).toContain("ssl_reject_handshake on;");
  expect(conf).toContain("return 444;");
  expect(conf.match(/default_server/g)).toHaveLength(2);
});

test("with TLS, plain HTTP is redirected, and browsers are told to stay", () => {
  const conf = serverConf({ ...ARGS, domain: "shop.example", tls: "provided", httpsPort: 8443 });
  expect(conf).toContain("return 301 https://$host:8443$request_uri;");
  expect(conf).toContain("add_header Strict-Transport-Security");
  expect(serverConf(ARGS)).not.toContain("add_header Strict-Transport-Security");
});

test("a limited path has a zone of its own, and too many requests get 429", () => {
  const conf = serverConf({ ...ARGS, rateLimits: { "/api/users/login": "5r/m" } });
  expect(conf).toContain("limit_req_zone $limited_0 zone=limit_0:1m rate=5r/m;");
  expect(conf).toContain("limit_req_status 429;");
});
