import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request as http, type IncomingMessage } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { request as https } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Clone, docker } from "../clone.ts";
import { setConfig } from "../config.ts";
import { RequestLoop } from "../request-loop.ts";
import { writeSmallApp } from "../small-app.ts";
import { until } from "../until.ts";

const DOMAIN = "shop.example";

/**
 * Tells what it was asked, takes WebSockets and sends events, one a quarter of a second. Like Django and Rails it
 * refuses a host that it does not know; like an app behind TLS it sends plain HTTP away, for its
 * version; like PHP it writes `\\/` for a slash.
 */
const APP = `
import { createHash } from "node:crypto";
import { createServer } from "node:http";
process.on("SIGTERM", () => process.exit(0));
const { APP_IMAGE: image, PORT: port } = process.env;
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://app");
  const host = String(request.headers.host).replace(/:\\d+$/, "");
  if (!["localhost", "127.0.0.1", "${DOMAIN}"].includes(host)) {
    return response.writeHead(400).end("Invalid HTTP_HOST header: " + host);
  }
  if (pathname === "/version" && request.headers["x-forwarded-proto"] !== "https") {
    return response.writeHead(301, { location: "https://" + request.headers.host + request.url }).end();
  }
  if (pathname === "/own-headers") response.setHeader("X-Frame-Options", "DENY");
  if (pathname === "/broken") return request.socket.destroy();
  if (pathname === "/503") return response.writeHead(503).end("the app's own words");
  if (pathname === "/events") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    let count = 0;
    const timer = setInterval(() => {
      response.write("data: " + ++count + "\\n\\n");
      if (count === 8) { clearInterval(timer); response.end(); }
    }, 250);
    return;
  }
  let size = 0;
  request.on("data", (data) => { size += data.length; });
  request.on("end", () => {
    response.setHeader("content-type", "application/json");
    const told = { image, url: request.url, headers: request.headers, size };
    response.end(JSON.stringify(told).replaceAll("/", "\\\\/"));
  });
});
server.on("upgrade", (request, socket) => {
  const accept = createHash("sha1")
    .update(request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
    .digest("base64");
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n" +
    "Sec-WebSocket-Accept: " + accept + "\\r\\n\\r\\n");
  const text = Buffer.from("hello");
  socket.write(Buffer.concat([Buffer.from([0x81, text.length]), text]));
});
server.listen(Number(port), "0.0.0.0");
`;

let clone: Clone;
let httpsPort: number;
const folder = mkdtempSync(join(tmpdir(), "slipway-tls-"));
const printed: string[] = [];

beforeAll(async () => {
  clone = await Clone.make();
  httpsPort = clone.port + 1;
  writeSmallApp(clone);
  clone.write("small/server.mjs", APP);
  setConfig(clone, {
    database: "none",
    bodyMiB: "1",
    pathPrefix: "/shop/",
    rateLimits: '{"/login":"1r/m"}',
    trustedProxies: '["198.51.100.0/24"]',
  });
  await start();
});
afterAll(async () => {
  await clone?.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe("Nginx before any app", () => {
  test("The app below a prefix sees its own paths, and is told the prefix and who asked", async () => {
    const { headers, url } = await json(await fetch(`${clone.url}/shop/a/b?c=d`));
    expect(url).toBe("/a/b?c=d");
    expect(headers["x-forwarded-prefix"]).toBe("/shop");
    expect(headers["x-forwarded-proto"]).toBe("http");
    expect(headers["x-forwarded-host"]).toBe(new URL(clone.url).host);
    expect(headers["x-real-ip"]).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(headers["x-request-id"]).toMatch(/^[0-9a-f]{32}$/);
  });

  test("A release was verified that sends every client away that does not come through the trusted proxy", async () => {
    const version = await fetch(`${clone.url}/shop/version`, { redirect: "manual" });
    expect(version.status).toBe(301);
    const claimed = { redirect: "manual", headers: { "x-forwarded-proto": "https" } } as const;
    expect((await fetch(`${clone.url}/shop/version`, claimed)).status).toBe(301);
  });

  test("Outside of the prefix there is nothing, and the bare prefix leads to it", async () => {
    expect((await fetch(`${clone.url}/a`)).status).toBe(404);
    const bare = await fetch(`${clone.url}/shop`, { redirect: "manual" });
    expect(bare.status).toBe(308);
    expect(bare.headers.get("location")).toBe(`${clone.url}/shop/`);
  });

  test("A client's own word on its address is not handed on", async () => {
    const forged = { "x-forwarded-for": "203.0.113.9" };
    const { headers } = await json(await fetch(`${clone.url}/shop/`, { headers: forged }));
    expect(headers["x-forwarded-for"]).toBe(headers["x-real-ip"]);
    expect(headers["x-forwarded-for"]).not.toContain("203.0.113.9");
  });

  test("An answer has a request id and security headers, and those of the app stay its own", async () => {
    const { headers } = await fetch(`${clone.url}/shop/`);
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f]{32}$/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("SAMEORIGIN");
    expect(headers.get("server")).toBe("nginx");
    const own = await fetch(`${clone.url}/shop/own-headers`);
    expect(own.headers.get("x-frame-options")).toBe("DENY");
  });

  test("The access log is JSON with the id of the answer, and without what follows a question mark", async () => {
    const { headers } = await fetch(`${clone.url}/shop/logged?token=hush`);
    const id = headers.get("x-request-id");
    await until(() => accessLog().some((entry) => entry["id"] === id), "the request is logged");
    const entry = accessLog().find((one) => one["id"] === id);
    expect(entry).toMatchObject({ method: "GET", path: "/shop/logged", status: 200 });
    expect(JSON.stringify(entry)).not.toContain("hush");
  });

  test("A body that is too large is refused, one that fits reaches the app", async () => {
    const post = (size: number) =>
      fetch(`${clone.url}/shop/`, { method: "POST", body: "x".repeat(size) });
    expect((await json(await post(1_000_000))).size).toBe(1_000_000);
    expect((await post(1_100_000)).status).toBe(413);
  });

  test("A limited path answers 429 to the one who asks too often, and another path does not", async () => {
    const statuses = async (path: string) => {
      const all = Array.from({ length: 10 }, () => fetch(`${clone.url}/shop${path}`));
      return (await Promise.all(all)).map(({ status }) => status);
    };
    expect((await statuses("/login")).filter((status) => status === 429).length).toBe(4);
    expect(await statuses("/other")).not.toContain(429);
  });

  test("A WebSocket passes through", async () => {
    expect(await firstMessageOf(`${clone.url}/shop/socket`)).toBe("hello");
  });

  test("Events arrive as they are sent, not when all of them are there", async () => {
    const began = performance.now();
    const response = await fetch(`${clone.url}/shop/events`, {
      headers: { accept: "text/event-stream" },
    });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    const firstAfter = performance.now() - began;
    while (!(await reader?.read())?.done);
    expect(Buffer.from(first?.value ?? []).toString()).toBe("data: 1\n\n");
    expect(firstAfter).toBeLessThan((performance.now() - began) / 2);
  });

  test("An app that breaks off is a page that people can read; its own 503 is left alone", async () => {
    const broken = await fetch(`${clone.url}/shop/broken`);
    expect(broken.status).toBe(502);
    expect(await broken.text()).toContain("This service is not available");
    const own = await fetch(`${clone.url}/shop/503`);
    expect([own.status, await own.text()]).toEqual([503, "the app's own words"]);
  });

  test("Nginx tells of itself inside its container only", async () => {
    const ingress = docker("ps", "-q", ...filters("ingress"));
    const url = "http://127.0.0.1:8081/stub_status";
    expect(docker("exec", ingress, "curl", "-s", url)).toContain("Active connections");
    expect((await fetch(`${clone.url}/stub_status`)).status).toBe(404);
  });
});

describe("while the app's container is away", () => {
  test("Nginx starts again and answers with a page, and status says what does not run", async () => {
    const [web, ingress] = [idOf("web"), idOf("ingress")];
    docker("stop", "--time=1", web);
    docker("restart", "--time=5", ingress);
    await until(async () => (await statusOf("/shop/")) === 502, "Nginx answers for it");
    expect(await (await fetch(`${clone.url}/shop/`)).text()).toContain("is not available");
    docker("stop", "--time=5", ingress);
    const { code, output } = await clone.slipway(["status", "-s", clone.stack]);
    expect(code).toBe(1);
    expect(output).toContain("Nginx does not run, so no client reaches the app (Exited");
    expect(output).toContain("since 2");
    docker("start", ingress, web);
    await until(async () => (await statusOf("/shop/")) === 200, "the app is back");
  });

  test("Where a hand has removed both, the next run makes them anew", async () => {
    docker("rm", "--force", idOf("web"), idOf("ingress"));
    const { code, output } = await clone.pulumi(["up", "--refresh", "--yes", "--skip-preview"]);
    expect(code, output).toBe(0);
    expect(await statusOf("/shop/")).toBe(200);
  });
});

describe("maintenance", () => {
  test("It is a page with 503 for every client, and a release goes on behind it", async () => {
    expect((await clone.slipway(["maintenance", "-s", clone.stack, "on"])).code).toBe(0);
    const closed = await fetch(`${clone.url}/shop/`);
    expect([closed.status, closed.headers.get("retry-after")]).toEqual([503, "120"]);
    expect(await closed.text()).toContain("Under maintenance");

    clone.write("small/more.txt", "another release");
    await start();
    expect((await fetch(`${clone.url}/shop/`)).status).toBe(503);

    expect((await clone.slipway(["maintenance", "-s", clone.stack, "off"])).code).toBe(0);
    expect((await fetch(`${clone.url}/shop/`)).status).toBe(200);
  });
});

describe("TLS with a certificate of one's own", () => {
  let first: string;

  test("A key that is not the certificate's is refused before it is used, and HTTP serves on", async () => {
    first = selfSigned("first");
    selfSigned("other");
    await useCertificate("first", "other");
    const { code, output } = await clone.slipway(["start"]);
    expect(code, output).toBe(1);
    expect(output).toContain("slipway:tlsKey is not the key of the first certificate");
    expect((await fetch(`${clone.url}/shop/`)).status).toBe(200);
  });

  test("With it the app is reached by HTTPS, and HTTP leads there", async () => {
    await useCertificate("first", "first");
    await start();
    expect(await answerOf(DOMAIN)).toMatchObject({ status: 200 });
    expect((await answerOf(DOMAIN)).headers["strict-transport-security"]).toContain("max-age");
    const plain = await plainAnswer(DOMAIN);
    expect(plain.statusCode).toBe(301);
    expect(plain.headers.location).toBe(`https://${DOMAIN}:${httpsPort}/shop/`);
  });

  test("That it expires soon is said by an up, by status and by doctor", async () => {
    expect(printed.at(-1)).toContain("warning: The certificate expires in 1 day, on");
    const status = await clone.slipway(["status", "-s", clone.stack]);
    expect(status.output).toContain("the certificate expires in 1 day, on");
    expect(status.code).toBe(0);
    const doctor = await clone.slipway(["doctor", "-s", clone.stack]);
    expect(doctor.output).toContain("✗ certificate: expires in 1 day, on");
    expect(doctor.output).toContain(`config set tlsCertificate <CERTIFICATE.pem -s ${clone.stack}`);
  });

  test("One for another name is refused before anything is touched", async () => {
    setConfig(clone, { domain: "other.example" });
    const { code, output } = await clone.slipway(["start"]);
    setConfig(clone, { domain: DOMAIN });
    expect(output).toContain(`slipway:tlsCertificate is for ${DOMAIN}, not for other.example.`);
    expect(code).toBe(1);
    expect(await answerOf(DOMAIN)).toMatchObject({ status: 200 });
  });

  test("It is HTTP/2 for who can, and nothing older than TLS 1.2 for anybody", async () => {
    expect(await http2Status()).toBe(200);
    await expect(handshake(DOMAIN, { maxVersion: "TLSv1.1" })).rejects.toThrow();
  });

  test("Another host gets nothing: no certificate, and no answer by HTTP", async () => {
    await expect(handshake("other.example")).rejects.toThrow();
    await expect(plainAnswer("other.example")).rejects.toThrow();
  });

  test("A new certificate is used without a failed request, by the same Nginx", async () => {
    const ingress = docker("ps", "-q", ...filters("ingress"));
    const second = selfSigned("second");
    expect(second).not.toBe(first);
    expect(await handshake(DOMAIN)).toBe(first);
    await useCertificate("second", "second");

    const headers = { host: DOMAIN };
    const redirect = { name: "redirect", path: "/shop/", status: 301, perSecond: 20, headers };
    const loop = new RequestLoop(clone.url, [redirect]);
    await start();
    const { answers, failures } = await loop.finish();

    expect(failures).toEqual([]);
    expect(answers.length).toBeGreaterThan(20);
    expect(await handshake(DOMAIN)).toBe(second);
    expect(docker("ps", "-q", ...filters("ingress"))).toBe(ingress);
  });

  test("The key is in no state, no inspection and no output in the clear", async () => {
    const line = readFileSync(join(folder, "second.key"), "utf8").split("\n")[1] ?? "";
    const ids = docker("ps", "-aq", ...filters()).split("\n");
    const { output } = await clone.pulumi(["stack", "export"]);
    for (const text of [docker("inspect", ...ids), output, ...printed]) {
      expect(text).not.toContain(line);
    }
  });
});

async function start(): Promise<void> {
  const { code, output } = await clone.slipway(["start"]);
  printed.push(output);
  if (code !== 0) throw new Error(output);
}

const filters = (role?: string) => [
  `--filter=label=slipway.stack=${clone.stack}`,
  ...(role === undefined ? [] : [`--filter=label=slipway.role=${role}`]),
];

const idOf = (role: string) => docker("ps", "-q", ...filters(role));

const statusOf = async (path: string) =>
  (await fetch(`${clone.url}${path}`).catch(() => undefined))?.status;

/** biome-ignore lint/suspicious/noExplicitAny: what the app tells is what the test asks for. */
const json = async (response: Response): Promise<any> => await response.json();

function accessLog(): Record<string, unknown>[] {
  const log = docker("logs", docker("ps", "-q", ...filters("ingress")));
  return log
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

function firstMessageOf(url: string): Promise<string> {
  const socket = new WebSocket(url.replace("http", "ws"));
  return new Promise((done, fail) => {
    socket.onerror = () => fail(new Error("The WebSocket failed."));
    socket.onmessage = ({ data }) => {
      done(String(data));
      socket.close();
    };
  });
}

/** A new key and a certificate for it; @returns the certificate's fingerprint. */
function selfSigned(name: string): string {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const options = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const subject = ["-nodes", "-days", "2", "-subj", `/CN=${DOMAIN}`];
  const names = ["-addext", `subjectAltName=DNS:${DOMAIN}`];
  const files = ["-keyout", key, "-out", certificate];
  execFileSync("openssl", ["req", ...options, ...subject, ...names, ...files], { stdio: "ignore" });
  const fingerprint = ["x509", "-in", certificate, "-noout", "-fingerprint", "-sha256"];
  return execFileSync("openssl", fingerprint, { encoding: "utf8" }).trim().split("=")[1] ?? "";
}

async function useCertificate(certificate: string, key: string): Promise<void> {
  setConfig(clone, {
    domain: DOMAIN,
    tls: "provided",
    httpsPort: String(httpsPort),
    tlsCertificate: readFileSync(join(folder, `${certificate}.pem`), "utf8"),
  });
  await clone.setSecret("tlsKey", readFileSync(join(folder, `${key}.key`), "utf8"));
}

interface TlsAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
}

function answerOf(host: string): Promise<TlsAnswer> {
  const options = { port: httpsPort, servername: host, rejectUnauthorized: false };
  const headers = { host };
  return new Promise((done, fail) => {
    https({ ...options, host: "127.0.0.1", path: "/shop/", headers }, (response) => {
      response.resume();
      done({ status: response.statusCode, headers: response.headers });
    })
      .once("error", fail)
      .end();
  });
}

function plainAnswer(host: string): Promise<IncomingMessage> {
  return new Promise((done, fail) => {
    http({ host: "127.0.0.1", port: clone.port, path: "/shop/", headers: { host } }, (response) => {
      response.resume();
      done(response);
    })
      .once("error", fail)
      .end();
  });
}

/** @returns the fingerprint of the certificate that is shown for a host. */
function handshake(servername: string, options: { maxVersion?: "TLSv1.1" } = {}): Promise<string> {
  return new Promise((done, fail) => {
    const socket = connectTls(
      { host: "127.0.0.1", port: httpsPort, servername, rejectUnauthorized: false, ...options },
      () => {
        done(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      },
    );
    socket.once("error", fail);
  });
}

function http2Status(): Promise<number | undefined> {
  const session = connectHttp2(`https://127.0.0.1:${httpsPort}`, {
    servername: DOMAIN,
    rejectUnauthorized: false,
  });
  return new Promise<number | undefined>((done, fail) => {
    session.once("error", fail);
    session
      .request({ ":path": "/shop/", ":authority": DOMAIN })
      .once("response", ({ ":status": status }) => done(status))
      .once("error", fail)
      .end();
  }).finally(() => session.close());
}
