import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { request as secureRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureOfflineImages, offlineImages } from "../../../images/index.ts";
import { type Answer, ask } from "./ask.ts";
import { startLoad } from "./load.ts";
import {
  configMap,
  endpointSlice,
  ingress,
  NAMESPACE,
  oneHost,
  path,
  service,
  tlsSecret,
} from "./resources.ts";
import { docker, RunningController, selfSigned, until } from "./running-controller.ts";

const label = `ingress-controller-test-${randomBytes(4).toString("hex")}`;
const scratch = mkdtempSync(join(tmpdir(), `${label}-`));
const APP_PORT = 8080;
const SERVER =
  "require('http').createServer((request, response) => response.end(process.env.VERSION + ' ' + " +
  `JSON.stringify(request.headers))).listen(${APP_PORT})`;

let controller: RunningController;
let versions: { one: string; two: string };

beforeAll(async () => {
  const wanted = [offlineImages.ingressController, offlineImages.node];
  await ensureOfflineImages(() => undefined, undefined, wanted);
  versions = { one: startApp("one"), two: startApp("two") };
  controller = await RunningController.start(
    [
      configMap({ "http-snippets": "keepalive_min_timeout 10s;", "default-server-return": "421" }),
      service("web", APP_PORT),
      endpointSlice("web", APP_PORT, [versions.one]),
      oneHost("app", "app.example", "web"),
    ],
    { label, args: ["-enable-prometheus-metrics", "-health-status"] },
  );
  await until("ready", () => get("/nginx-ready", "any", 8081), isOk);
}, 600_000);

afterAll(() => {
  controller?.remove();
  const left = docker("ps", "--all", "--quiet", "--filter", `label=slipway.test=${label}`);
  for (const id of left.split("\n").filter(Boolean)) docker("rm", "--force", "--volumes", id);
  rmSync(scratch, { recursive: true, force: true });
});

describe("what it serves", () => {
  test("A host goes to the pods of its service, with the headers that tell where it came from", async () => {
    const { status, body } = await get("/", "app.example");
    expect(status).toBe(200);
    expect(body).toContain("one ");
    expect(body).toContain('"x-forwarded-host":"app.example"');
    expect(body).toContain('"x-forwarded-proto":"http"');
  });

  test("A host that no Ingress has gets the answer of the default server, and no handshake", async () => {
    expect((await get("/", "other.example")).status).toBe(421);
    await expect(getSecurely("other.example")).rejects.toThrow(/unrecognized name/);
  });

  test("It answers that it is there, and tells Prometheus of its reloads and connections", async () => {
    expect((await get("/nginx-health", "any.example")).body).toBe("healthy\n");
    const { body } = await get("/metrics", "any", 9113);
    expect(body).toMatch(/^nginx_ingress_controller_nginx_last_reload_status\{class="nginx"\} 1$/m);
    expect(body).toMatch(/^nginx_ingress_nginx_up\{class="nginx"\} 1$/m);
    expect(body).toMatch(/^nginx_ingress_controller_ingress_resources_total\{.*"regular"\} \d/m);
  });

  test("An Ingress is told that it is served, and under which address", async () => {
    expect(controller.eventsOn("app")).toContain(
      "AddedOrUpdated: Configuration for app/app was added or updated ",
    );
    const status = () => controller.api.get("Ingress", NAMESPACE, "app")?.["status"];
    const there = { loadBalancer: { ingress: [{ ip: "203.0.113.9" }] } };
    await until("status", status, (now) => JSON.stringify(now) === JSON.stringify(there));
  });

  test("A release, seen as other endpoints, fails no request at 100 a second", async () => {
    const load = startLoad(controller.address, "app.example");
    await until(
      "load",
      () => load.answers.length,
      (count) => count > 50,
    );
    controller.api.put(endpointSlice("web", APP_PORT, [versions.one, versions.two]));
    await until(
      "both",
      () => load.answers.slice(-20),
      (last) => last.some(isOf("two")),
    );
    controller.api.put(endpointSlice("web", APP_PORT, [versions.two]));
    await until(
      "release",
      () => load.answers.slice(-20),
      (last) => last.every(isOf("two")),
    );
    controller.api.put(endpointSlice("web", APP_PORT, [versions.one]));
    await until(
      "rollback",
      () => load.answers.slice(-20),
      (last) => last.every(isOf("one")),
    );
    expect(await load.stop()).toEqual([]);
  });

  test("A certificate is used as soon as its Secret is there, and another one without a reload", async () => {
    const [first, second] = [certificate("first"), certificate("second")];
    const { spec } = oneHost("secure", "secure.example", "web");
    const tls = [{ hosts: ["secure.example"], secretName: "certificate" }];
    controller.api.put(ingress("secure", { ...spec, tls }));
    const missing = "TLS secret certificate is invalid: secret doesn't exist";
    await until("warning", () => controller.eventsOn("secure").join("\n"), includes(missing));
    await expect(getSecurely("secure.example")).rejects.toThrow(/unrecognized name/);

    controller.api.put(tlsSecret("certificate", first));
    await until(
      "first",
      () => getSecurely("secure.example"),
      (found) => found === bare(first.cert),
    );
    const reloads = await countReloads();
    controller.api.put(tlsSecret("certificate", second));
    await until(
      "second",
      () => getSecurely("secure.example"),
      (found) => found === bare(second.cert),
    );
    expect(await countReloads()).toBe(reloads);

    const { status, headers } = await get("/x", "secure.example");
    expect([status, headers.location]).toEqual([301, "https://secure.example:443/x"]);
  });

  test("One path of a host has a limit of requests, and the others have none", async () => {
    const host = "limited.example";
    const type = (name: string) => ({ "nginx.org/mergeable-ingress-type": name });
    const limit = { "nginx.org/limit-req-rate": "1r/m", "nginx.org/limit-req-burst": "1" };
    const minion = (prefix: string) => ({
      rules: [{ host, http: { paths: [path(prefix, "web")] } }],
    });
    controller.api.put(ingress("limited", { rules: [{ host }] }, type("master")));
    controller.api.put(ingress("limited-all", minion("/"), type("minion")));
    const noDelay = { "nginx.org/limit-req-no-delay": "true" };
    const annotations = { ...type("minion"), ...limit, ...noDelay };
    controller.api.put(ingress("limited-login", minion("/login"), annotations));
    await until("served", () => get("/", host), isOk);
    await until(
      "limited",
      () => get("/login", host),
      ({ status }) => status === 429,
    );
    expect((await get("/", host)).status).toBe(200);
  });
});

describe("what it refuses", () => {
  test("An Ingress that becomes invalid is no longer served, and is told why", async () => {
    controller.api.put(oneHost("invalid", "invalid.example", "web"));
    await until("served", () => get("/", "invalid.example"), isOk);
    const wrong = { "nginx.org/proxy-read-timeout": "soon" };
    controller.api.put(oneHost("invalid", "invalid.example", "web", wrong));
    await until(
      "gone",
      () => get("/", "invalid.example"),
      ({ status }) => status === 421,
    );
    const why =
      "Rejected: app/invalid was rejected: with error: " +
      'annotations.nginx.org/proxy-read-timeout: Invalid value: "soon": must be a time';
    await until(
      "told",
      () => controller.eventsOn("invalid"),
      (events) => events.includes(why),
    );
  });

  test("An annotation that it lacks is refused, never ignored", async () => {
    const lacking = { "nginx.org/basic-auth-secret": "users" };
    controller.api.put(oneHost("lacking", "lacking.example", "web", lacking));
    const why =
      "Rejected: annotations.nginx.org/basic-auth-secret: Forbidden: " +
      "this stand-in for the controller lacks it";
    await until(
      "told",
      () => controller.eventsOn("lacking"),
      (events) => events.includes(why),
    );
  });

  test("A second Ingress for a host gets nothing, until the first is gone", async () => {
    const first = oneHost("first", "shared.example", "web");
    const created = { creationTimestamp: "2026-01-01T00:00:00Z" };
    controller.api.put({ ...first, metadata: { ...first.metadata, ...created } });
    await until("served", () => get("/", "shared.example"), isOk);
    controller.api.put(oneHost("second", "shared.example", "nobody"));
    const why = "Rejected: All hosts are taken by other resources";
    await until(
      "told",
      () => controller.eventsOn("second"),
      (events) => events.includes(why),
    );
    expect((await get("/", "shared.example")).status).toBe(200);
    controller.api.delete("Ingress", NAMESPACE, "first");
    await until(
      "taken over",
      () => get("/", "shared.example"),
      ({ status }) => status === 502,
    );
    controller.api.delete("Ingress", NAMESPACE, "second");
  });

  test("A ConfigMap with a key that it lacks is not applied, and is told so", async () => {
    controller.api.put(configMap({ "proxy-protocol": "true", "default-server-return": "404" }));
    const why =
      "UpdatedWithError: ConfigMap nginx-ingress/nginx-config was not applied: " +
      "this stand-in for the controller lacks proxy-protocol";
    await until(
      "told",
      () => controller.eventsOn("nginx-config"),
      (all) => all.includes(why),
    );
    expect((await get("/", "other.example")).status).toBe(421);
    controller.api.put(configMap({ "default-server-return": "421" }));
  });

  test.each([
    ["-enable-app-protect", 2, "flag provided but not defined: -enable-app-protect"],
    ["-enable-custom-resources=true", 1, "Give -enable-custom-resources=false"],
    ["-ready-status-port=80", 1, "port outside of valid port range"],
    ["-ingress-class=other", 1, 'Error when getting IngressClass other: ingressclasses "other"'],
  ])("With %s it ends with exit code %i", async (argument, code, message) => {
    const other = await RunningController.start([configMap({})], { label, args: [argument] });
    try {
      const state = () => docker("inspect", "--format", "{{json .State}}", other.id);
      const ended = await until("end", state, (json) => !JSON.parse(json).Running);
      expect(JSON.parse(ended).ExitCode).toBe(code);
      expect(other.logs()).toContain(message);
    } finally {
      other.remove();
    }
  });
});

test("With a label it serves the namespaces that have it, and waits for one that it may not read", async () => {
  const LABEL = "slipway.served-by";
  const namespaceWith = (name: string, labels: object) => ({
    ...{ kind: "Namespace", apiVersion: "v1", metadata: { name, labels } },
  });
  const inOther = (object: { metadata: object }) => ({
    ...object,
    metadata: { ...object.metadata, namespace: "other" },
  });
  const other = await RunningController.start(
    [
      configMap({}),
      namespaceWith(NAMESPACE, { [LABEL]: "dev" }),
      namespaceWith("other", {}),
      service("web", APP_PORT),
      endpointSlice("web", APP_PORT, [versions.one]),
      oneHost("app", "app.example", "web"),
      inOther(service("web", APP_PORT)),
      inOther(endpointSlice("web", APP_PORT, [versions.two])),
      inOther(oneHost("app", "other.example", "web")),
    ],
    { label, args: [`-watch-namespace-label=${LABEL}=dev`] },
  );
  const answers = (host: string, wanted: string) =>
    until(
      `${host} answers ${wanted}`,
      async () => (await get("/", host, 80, other.address)).body,
      (body) => body.includes(wanted),
    );
  try {
    await answers("app.example", "one ");
    await answers("other.example", "404");
    other.api.put(namespaceWith("other", { [LABEL]: "dev" }));
    await answers("other.example", "two ");
    other.api.put(namespaceWith("other", { [LABEL]: "prod" }));
    await answers("other.example", "404");

    other.api.hidden.add("other");
    other.api.put(namespaceWith("other", { [LABEL]: "dev" }));
    await until("refused", () => other.logs(), includes("is forbidden"));
    other.api.put(oneHost("late", "late.example", "web"));
    await new Promise((done) => setTimeout(done, 2000));
    await answers("late.example", "404");
    other.api.hidden.delete("other");
    await answers("late.example", "one ");
    await answers("other.example", "two ");
  } finally {
    other.remove();
  }
});

test("Told to end, it lets Nginx finish what it has begun, and ends with exit code 0", async () => {
  const other = await RunningController.start([configMap({})], { label });
  try {
    await until(
      "serving",
      () => get("/", "any.example", 80, other.address),
      () => true,
    );
    docker("stop", other.id);
    expect(docker("inspect", "--format", "{{.State.ExitCode}}", other.id)).toBe("0");
    expect(other.logs()).toContain("gracefully shutting down");
  } finally {
    other.remove();
  }
});

function startApp(version: string): string {
  const id = docker(
    ...["run", "--detach", "--label", `slipway.test=${label}`, "--env", `VERSION=${version}`],
    ...[offlineImages.node, "node", "-e", SERVER],
  );
  return docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", id);
}

function get(path: string, host: string, port = 80, address = controller.address) {
  return ask({ address, host, path, port });
}

/** The certificate that a host shows. */
function getSecurely(servername: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const where = { host: controller.address, port: 443, servername };
    const headers = { host: servername };
    const options = { ...where, headers, rejectUnauthorized: false, agent: false };
    const asked = secureRequest(options, (answer) => {
      const { raw } = (answer.socket as import("node:tls").TLSSocket).getPeerCertificate();
      answer.resume();
      resolve(raw.toString("base64"));
    });
    asked.on("error", reject);
    asked.end();
  });
}

function certificate(name: string) {
  return selfSigned(mkdtempSync(join(scratch, name)), "DNS:secure.example");
}

function bare(pem: string): string {
  return pem.replaceAll(/-----[^-]+-----|\s/g, "");
}

async function countReloads(): Promise<number> {
  const { body } = await get("/metrics", "any", 9113);
  const counts = body.matchAll(/^nginx_ingress_controller_nginx_reloads_total\{.*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

function isOk({ status }: Answer): boolean {
  return status === 200;
}

function isOf(version: string): (body: string) => boolean {
  return (body) => body.startsWith(`${version} `);
}

function includes(text: string): (whole: string) => boolean {
  return (whole) => whole.includes(text);
}
