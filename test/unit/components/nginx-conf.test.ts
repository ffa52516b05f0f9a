import { expect, test } from "vitest";
import {
  NO_RELEASE_CONF,
  PREVIOUS_RELEASES,
  releaseConf,
  serverConf,
} from "../../../components/nginx-conf.ts";

/** The directives of a text, without its comments. */
const directives = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

test("a release is one server and one folder of static files", () => {
  expect(directives(releaseConf("web-1-abc:3000", "0123456789ab"))).toEqual([
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
  expect(NO_RELEASE_CONF).toBe(releaseConf("127.0.0.1:9", "none"));
});

test("a reload leaves clients of the old workers time to finish", () => {
  expect(serverConf()).toMatch(/^keepalive_min_timeout 10s;$/m);
});

test("a file is looked for in this release, then in earlier ones, newest first, then in the app", () => {
  const folders = ["$release_files", ...PREVIOUS_RELEASES].map((folder) => `/${folder}$uri`);
  expect(serverConf()).toContain(`try_files ${folders.join(" ")} @app;`);
});

test("an index page is one of this release only", () => {
  expect(serverConf()).toMatch(/try_files \/\$release_files\$\{uri\}index\.html @app;/);
});

test("the app is told who asked, for which host, and how", () => {
  const headers = [...serverConf().matchAll(/proxy_set_header (\S+) (\S+);/g)];
  expect(Object.fromEntries(headers.map(([, name, value]) => [name, value]))).toEqual({
    Host: "$http_host",
    Upgrade: "$http_upgrade",
    Connection: "$connection_upgrade",
    "X-Real-IP": "$remote_addr",
    "X-Forwarded-For": "$proxy_add_x_forwarded_for",
    "X-Forwarded-Proto": "$scheme",
    "X-Request-Id": "$request_id",
  });
});

test("every block that opens also closes, and every directive ends", () => {
  for (const text of [serverConf(), NO_RELEASE_CONF]) {
    expect(text.match(/[{]$/gm)?.length).toBe(text.match(/^ *[}]$/gm)?.length);
    expect(directives(text).filter((line) => !/[;{}]$/.test(line))).toEqual([]);
  }
});
