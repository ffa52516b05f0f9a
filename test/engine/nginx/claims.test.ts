import type { IncomingHttpHeaders } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { siteConf } from "../../../components/nginx/site-conf.ts";
import { App } from "./app.ts";
import { sendLines } from "./plain-request.ts";
import { confFiles, type RunningNginx, TestNetwork } from "./running-nginx.ts";

/** What attackers send to be taken for a proxy, and frameworks believe. */
const INVENTED: Readonly<Record<string, string>> = {
  Forwarded: "for=1.2.3.4;host=evil.example;proto=https",
  "X-Forwarded-Ssl": "on",
  "X-Forwarded-Scheme": "https",
  "X-Forwarded-Protocol": "https",
  "X-Forwarded-Server": "evil.example",
  "X-Url-Scheme": "https",
  "Front-End-Https": "on",
  "X-Host": "evil.example",
  "X-Original-URL": "/admin",
  "X-Rewrite-URL": "/admin",
  "X-Script-Name": "/evil",
  "Client-IP": "1.2.3.4",
  "True-Client-IP": "1.2.3.4",
  "CF-Connecting-IP": "1.2.3.4",
  "X-Client-IP": "1.2.3.4",
  "X-Cluster-Client-IP": "1.2.3.4",
  "X-Original-Forwarded-For": "1.2.3.4",
  Proxy: "http://evil.example",
  "X-Accel-Mapping": "/=/etc/",
  "X-Sendfile-Type": "X-Accel-Redirect",
  "X-Slipway-Maintenance": "a guess",
  "Remote-User": "admin",
  "X-Forwarded-User": "admin",
  "X-Forwarded-Email": "admin@evil.example",
  "X-SSL-Client-Verify": "SUCCESS",
};

/** Those that are told to the app, but not as the client says. */
const OVERWRITTEN: Readonly<Record<string, string>> = {
  "X-Real-IP": "1.2.3.4",
  "X-Forwarded-For": "1.2.3.4",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Port": "444",
  "X-Forwarded-Host": "evil.example",
  "X-Forwarded-Prefix": "/evil",
};

const HOST = "shop.example";

let network: TestNetwork;
let app: App;
/** In front of the app; behind a trusted proxy; in front of another stack's; behind a foreign controller. */
let alone: RunningNginx;
let proxied: RunningNginx;
let shared: RunningNginx;
let inCluster: RunningNginx;
let behind: RunningNginx;

beforeAll(async () => {
  network = await TestNetwork.make();
  app = await App.start();
  const servers = [`${network.gateway}:${app.port}`];
  const trustedProxies = [`${network.gateway}/32`];
  const site = (name: string, domain: string, behind: string, trusted: string[]) => ({
    [`sites/${name}/server.conf`]: siteConf({
      ...{
        site: name,
        domain,
        address: `${behind}:80`,
        tls: "off",
        httpsPort: 443,
        readSeconds: 2,
      },
      trustedProxies: trusted,
    }),
  });
  [alone, proxied, inCluster, behind] = await Promise.all([
    network.start("alone", confFiles(servers)),
    network.start("proxied", confFiles(servers, { trustedProxies, domain: HOST })),
    network.start("in-cluster", confFiles(servers, { place: { inFront: "controller" } })),
    network.start("behind", confFiles(servers, { place: { inFront: "nginx" } })),
    network.start(
      "behind-proxied",
      confFiles(servers, { place: { inFront: "nginx" }, trustedProxies }),
    ),
  ]);
  shared = await network.start("shared", {
    ...confFiles(servers, { domain: HOST, tls: "acme" }),
    ...site("fix", "fix.example", "behind", []),
    ...site("fix-2", "proxied.example", "behind-proxied", trustedProxies),
  });
});
afterAll(async () => {
  app?.stop();
  await network?.remove();
});

describe("a request that names two hosts", () => {
  test.each([
    ["the app", () => alone, HOST],
    ["the app of another stack", () => shared, "fix.example"],
    ["the redirect to TLS", () => shared, HOST],
  ])("does not reach %s, whichever of them is right", async (_what, nginx, host) => {
    const { address } = nginx();
    const before = app.seen.length;
    const evil = "Host: evil.example";
    expect((await sendLines(address, `GET http://${host}/ HTTP/1.1`, evil)).status).toBe(400);
    expect((await sendLines(address, `GET https://${host}/ HTTP/1.1`, evil)).status).toBe(400);
    expect(app.seen.length).toBe(before);
  });

  test("is taken where they are the same, with a port or a dot", async () => {
    const status = async (...lines: string[]) => (await sendLines(alone.address, ...lines)).status;
    expect(await status(`GET http://${HOST}/ HTTP/1.1`, `Host: ${HOST}`)).toBe(200);
    expect(await status(`GET http://${HOST}/ HTTP/1.1`, "Host: SHOP.example:8080")).toBe(200);
    expect(await status("GET / HTTP/1.1", `Host: ${HOST}.:80`)).toBe(200);
    expect(await status("GET / HTTP/1.1", "Host: [::1]:8080")).toBe(200);
  });
});

describe("what a client claims", () => {
  const claims = lines({ ...INVENTED, ...OVERWRITTEN });

  test.each([
    ["in front of the app", () => alone, HOST],
    ["in front of another stack's", () => shared, "fix.example"],
    ["that trusts the proxy in front", () => proxied, HOST],
    ["that trusts it for another stack", () => shared, "proxied.example"],
    ["behind a controller of another kind", () => inCluster, HOST],
  ])("does not reach the app through an Nginx %s", async (_what, nginx, host) => {
    const told = await toldOf(nginx(), host, claims);
    const believed = nginx() === proxied || host === "proxied.example" ? LOGINS : [];
    const invented = Object.keys(INVENTED)
      .map((name) => name.toLowerCase())
      .filter((name) => !believed.includes(name));
    expect(invented.filter((name) => told[name] !== undefined)).toEqual([]);
    expect(told["x-forwarded-host"]).toBe(host);
    expect(told["x-forwarded-prefix"]).toBeUndefined();
  });

  test("on its address, scheme and port is not believed of anybody", async () => {
    for (const [nginx, host] of [
      [alone, HOST],
      [shared, "fix.example"],
    ] as const) {
      const told = await toldOf(nginx, host, claims);
      expect(told).toMatchObject({
        "x-real-ip": network.gateway,
        "x-forwarded-for": network.gateway,
        "x-forwarded-proto": "http",
        "x-forwarded-port": "80",
      });
    }
  });

  test("is believed of a trusted proxy, so that an app behind its TLS does not redirect for ever", async () => {
    for (const [nginx, host] of [
      [proxied, HOST],
      [shared, "proxied.example"],
    ] as const) {
      const told = await toldOf(nginx, host, [
        ...["X-Forwarded-For: 9.9.9.9", "X-Forwarded-Proto: https", "X-Forwarded-Port: 8443"],
        "X-Forwarded-User: jane",
      ]);
      expect(told).toMatchObject({
        "x-real-ip": "9.9.9.9",
        "x-forwarded-for": "9.9.9.9",
        "x-forwarded-proto": "https",
        "x-forwarded-port": "8443",
        "x-forwarded-user": "jane",
      });
      const withoutPort = await toldOf(nginx, host, ["X-Forwarded-Proto: https"]);
      expect(withoutPort["x-forwarded-port"]).toBe("443");
    }
  });

  test("to a controller of another kind counts only as far as that adds whom it saw", async () => {
    const told = await toldOf(inCluster, HOST, [
      ...["X-Real-IP: 1.2.3.4", "X-Forwarded-For: 1.2.3.4, 9.9.9.9", "X-Forwarded-Proto: https"],
      "X-Forwarded-Port: 444",
    ]);
    expect(told).toMatchObject({
      "x-real-ip": "9.9.9.9",
      "x-forwarded-for": "9.9.9.9",
      "x-forwarded-proto": "https",
      "x-forwarded-port": "443",
    });
  });
});

test("Of two views of scheme and port, as an ingress controller of ours sends them, the first counts", async () => {
  const told = await toldOf(behind, HOST, [
    ...["X-Real-IP: 9.9.9.9", "X-Forwarded-Proto: https", "X-Forwarded-Port: 8443"],
    ...["X-Forwarded-Port: 80", "X-Forwarded-Proto: http"],
  ]);
  expect(told).toMatchObject({
    "x-real-ip": "9.9.9.9",
    "x-forwarded-proto": "https",
    "x-forwarded-port": "8443",
  });
});

describe("a change of what a connection speaks", () => {
  test.each([
    ["in front of the app", () => alone, HOST],
    ["in front of another stack's", () => shared, "fix.example"],
  ])("is none but to a WebSocket, for an Nginx %s", async (_what, nginx, host) => {
    const upgrade = (to: string) =>
      sendUpgrade(nginx().address, `Host: ${host}`, `Upgrade: ${to}`, "HTTP2-Settings: AAMAAABk");
    expect(await upgrade("h2c")).toBe(200);
    expect(app.seen.at(-1)?.headers["upgrade"]).toBeUndefined();
    expect(await upgrade("WebSocket")).toBe(101);
  });
});

const LOGINS = ["remote-user", "x-forwarded-user", "x-forwarded-email", "x-ssl-client-verify"];

const lines = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}`);

async function toldOf(
  { address }: RunningNginx,
  host: string,
  headers: readonly string[],
): Promise<IncomingHttpHeaders> {
  const { body } = await sendLines(address, "GET /echo HTTP/1.1", `Host: ${host}`, ...headers);
  return app.seen.at(-1)?.url === "/echo" ? (app.seen.at(-1)?.headers ?? {}) : fail(body);
}

function fail(body: string): never {
  throw new Error(body);
}

async function sendUpgrade(address: string, ...headers: string[]): Promise<number> {
  const { status } = await sendLines(address, "GET / HTTP/1.1", ...headers, "Connection: Upgrade");
  return status;
}
