import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { siteConf } from "../../../components/nginx/site-conf.ts";
import { run } from "../../../setup/run.ts";
import { until } from "../../e2e/until.ts";
import { succeed } from "../../hosts/succeed.ts";
import { App } from "./app.ts";
import { open, rest, sendLines } from "./plain-request.ts";
import { confFiles, type RunningNginx, TestNetwork } from "./running-nginx.ts";

let network: TestNetwork;
let app: App;
let nginx: RunningNginx;

/** The longest name that DNS allows. */
const LONG_NAME = `${`${"n".repeat(62)}.`.repeat(3)}${"n".repeat(64)}`.slice(0, 253);

beforeAll(async () => {
  network = await TestNetwork.make();
  app = await App.start();
  nginx = await network.start("nginx", confFiles([`${network.gateway}:${app.port}`]));
});
afterAll(async () => {
  app?.stop();
  await network?.remove();
});

const get = (path: string, ...headers: string[]) =>
  sendLines(nginx.address, `GET ${path} HTTP/1.1`, "Host: shop.example", ...headers);

describe("sizes", () => {
  test("A session of 30 KiB in a cookie passes both ways; more is refused by name", async () => {
    expect((await get("/?header=30000")).head).toContain("x".repeat(30_000));
    expect((await get("/", `Cookie: a=${"x".repeat(30_000)}`)).status).toBe(200);
    expect((await get("/", `Cookie: a=${"x".repeat(40_000)}`)).status).toBe(400);
  });

  test("So do a URL of 30 KiB, and a hundred headers of 1 KiB", async () => {
    expect((await get(`/${"x".repeat(30_000)}`)).status).toBe(200);
    const many = Array.from(
      { length: 100 },
      (_, index) => `X-Header-${index}: ${"x".repeat(1000)}`,
    );
    expect((await get("/", ...many)).status).toBe(200);
  });

  test("A name of 253 letters and a hundred stacks with proxies and limits fit into Nginx's tables", async () => {
    const sites = Array.from({ length: 100 }, (_, index) => {
      const site = `review-${"long-".repeat(9)}${index}`;
      const text = siteConf({
        ...{ site, domain: `${index}.${LONG_NAME}`.slice(0, 253), address: `${site}:80` },
        ...{ tls: "acme", httpsPort: 443, readSeconds: 60, trustedProxies: ["192.0.2.0/24"] },
      });
      return [`sites/${site}/server.conf`, text] as const;
    });
    const rateLimits = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`/path/${index}`, "5r/m"]),
    );
    const wanted = {
      domain: LONG_NAME,
      tls: "acme",
      rateLimits,
      trustedProxies: ["192.0.2.1/32"],
    } as const;
    const { container } = await network.start("many", {
      ...confFiles([`${network.gateway}:${app.port}`], wanted),
      ...Object.fromEntries(sites),
    });
    const { stderr } = await run("docker", ["logs", container]);
    const worse = stderr.split("\n").filter((line) => /\[(warn|alert|crit|emerg)\]/.test(line));
    expect(worse).toEqual([]);
  });
});

describe("one client that takes its time", () => {
  const CLIENTS = 600;
  const LIMIT = 512;

  test("gets 512 connections, the others are served, and what it holds is taken from it", async () => {
    const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => open(nginx.address)));
    const ends = sockets.map((socket) => rest(socket));
    const began = performance.now();
    sockets.forEach(stallInBody);
    const head = await open(nginx.address);
    const headEnds = rest(head).then(() => performance.now() - began);
    head.write("GET / HTTP/1.1\r\nHost: shop.example\r\nX-Slow: ");

    const answers: string[] = [];
    for (const end of ends) void end.then((text) => answers.push(text.split("\r\n")[0] ?? ""));
    await until(() => answers.length >= CLIENTS - LIMIT, "what is too much is refused", 15);
    expect(answers).toEqual(answers.map(() => "HTTP/1.1 429 Too Many Requests"));
    // From another address.
    const other = ["exec", nginx.container, "curl", "-sf", "-o", "/dev/null", "http://127.0.0.1/"];
    await succeed("docker", other);

    expect(await headEnds).toBeLessThan(15_000);
    await Promise.all(ends);
    expect(performance.now() - began).toBeLessThan(35_000);
    expect((await get("/")).status).toBe(200);
  });
});

/** Says that more is to come, and sends no more. */
function stallInBody(socket: Socket): void {
  socket.write("POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 1000\r\n\r\nx");
}
