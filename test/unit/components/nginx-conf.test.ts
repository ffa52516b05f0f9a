import { expect, test } from "vitest";
import { type ServerConfArgs, serverConf } from "../../../components/nginx-conf.ts";
import { PREVIOUS_RELEASES } from "../../../components/nginx-places.ts";
import { NO_RELEASE_CONF, releaseConf } from "../../../components/nginx-release-conf.ts";

const ARGS: ServerConfArgs = {
  place: {
    httpPort: 80,
    resolver: "127.0.0.11",
    connectSeconds: 2,
    maintenanceFolder: "/etc/nginx/conf.d/maintenance",
    behindProxy: false,
    sitesFolder: undefined,
  },
  domain: undefined,
  tls: "off",
  httpsPort: 443,
  pathPrefix: "/",
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
    "zone app 64k;",
    "server web-1-abc:3000;",
    "server web-1-abc:3000 resolve backup max_fails=0;",
    "keepalive 32;",
    "}",
    "map $host $release_files {",
    "default 0123456789ab;",
    "}",
  ]);
});

test("before the first release there is a server that nobody listens at, and no files", () => {
  expect(NO_RELEASE_CONF).toBe(releaseConf(["127.0.0.1:9"], "none"));
});

test("a reload leaves clients of the old workers time to finish", () => {
  expect(serverConf(ARGS)).toMatch(/^keepalive_min_timeout 10s;$/m);
});

test("a file is looked for in this release, then in earlier ones, newest first, then in the app", () => {
  const folders = ["$release_files", ...PREVIOUS_RELEASES].map((folder) => `/${folder}$uri`);
  expect(serverConf(ARGS)).toContain(`try_files ${folders.join(" ")} $app_location;`);
});

test("an index page is one of this release only", () => {
  expect(serverConf(ARGS)).toMatch(
    /try_files \/\$release_files\$\{uri\}index\.html \$app_location;/,
  );
});

test("the app is told who asked, for which host, and how", () => {
  const [app = ""] = /location @app \{[^}]*\}/.exec(serverConf(ARGS)) ?? [];
  const headers = [...app.matchAll(/proxy_set_header (\S+) (\S+);/g)];
  expect(Object.fromEntries(headers.map(([, name, value]) => [name, value]))).toEqual({
    Host: "$http_host",
    Upgrade: "$http_upgrade",
    Connection: "$connection_upgrade",
    "X-Real-IP": "$remote_addr",
    "X-Forwarded-For": "$remote_addr",
    "X-Forwarded-Host": "$http_host",
    "X-Forwarded-Prefix": '""',
    "X-Forwarded-Proto": "$scheme",
    "X-Request-Id": "$request_id",
  });
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
