import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { PeerCertificate, TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Pebble, startPebble } from "../../e2e/apps/pebble/pebble.ts";
import { writeSmallApp } from "../../e2e/small-app.ts";
import { ClusterStack } from "../stack/cluster-stack.ts";
import { CertManager } from "./cert-manager.ts";

const DOMAIN = "shop.example.org";
/** Where nobody listens. */
const [NOWHERE, NOWHERE_6] = ["127.0.0.9", "::1"];

let stack: ClusterStack;
let pebble: Pebble;
let certManager: CertManager | undefined;
let address: string;

beforeAll(async () => {
  pebble = await startPebble(80, NOWHERE);
  stack = await ClusterStack.make({
    domain: DOMAIN,
    database: "none",
    tls: "acme",
    acmeServer: pebble.server,
    acmeServerCa: pebble.serverCa,
    acmeEmail: "ops@example.org",
  });
  writeSmallApp(stack.clone);
});
// The stack first: what answers a challenge is let go by cert-manager.
afterAll(async () => {
  try {
    await stack?.remove();
  } finally {
    await certManager?.stop();
    await pebble?.stop();
  }
});

test("A cluster without cert-manager is refused with one message, before anything is made there", async () => {
  const { code, output } = await stack.tryUp({ image: await stack.push("small") });
  expect(code).not.toBe(0);
  expect(output).toContain("1. It has no cert-manager, which gets the certificate");
  expect(output).toContain("Install it (https://cert-manager.io/docs/installation/)");
  expect(output).toContain(`pulumi config set tls provided -s ${stack.clone.stack}`);
  const { output: state } = await stack.pulumi("stack", "export");
  expect(state).not.toContain("kubernetes:core/v1:");
});

test("With it, a name that leads elsewhere fails with why, and with the address that it has to lead to; nothing is released", async () => {
  certManager = await CertManager.start(stack.cluster, inject("certManager"), pebble.nameServer);
  const { code, output } = await stack.tryUp({ readySeconds: "60" });
  expect(code).not.toBe(0);
  expect(output).toContain(`There is no certificate for ${DOMAIN}.`);
  expect(output).toContain(`${NOWHERE}:80: connect: connection refused`);
  address = /The name has to lead to ([\d.]+),/.exec(output)?.[1] ?? "";
  expect(address).not.toBe("");
  expect(await stack.pods("web")).toEqual([]);
});

test("A name that leads elsewhere for the authority alone fails with the authority's words", async () => {
  await pebble.leadTo(address, NOWHERE_6);
  const { code, output } = await stack.tryUp();
  expect(code).not.toBe(0);
  expect(output).toContain(`There is no certificate for ${DOMAIN}.`);
  expect(output).toContain("urn:ietf:params:acme:error:connection");
  expect(output).toContain(`[${NOWHERE_6}]:80`);
  expect(output).toContain(`The name has to lead to ${address},`);
  expect(await stack.pods("web")).toEqual([]);
});

test("Once it leads there, the next up gets a certificate, with which the load balancer answers", async () => {
  await pebble.leadTo(address);
  await stack.up({ readySeconds: undefined });
  expect(stack.address).toBe(address);
  const { status, certificate } = await ask("https");
  expect(status).toBe(200);
  expect(certificate?.issuer.CN).toContain("Pebble");
  expect(certificate?.subjectaltname).toBe(`DNS:${DOMAIN}`);
});

test("HTTP is redirected to it", async () => {
  const { status, location } = await ask("http");
  expect(status).toBe(301);
  expect(new URL(location ?? "").href).toBe(`https://${DOMAIN}/`);
});

test("Then there is nothing to change, though the Ingress was edited for the challenge, and nothing of it is left", async () => {
  for (const looking of [[], ["--refresh"]]) {
    const preview = await stack.pulumi("preview", "--expect-no-changes", "--diff", ...looking);
    expect(preview.code, preview.output).toBe(0);
  }
  const before = (await ask("https")).certificate?.serialNumber;
  expect(await stack.up()).toMatch(/Resources:\s+\d+ unchanged/);
  expect((await ask("https")).certificate?.serialNumber).toBe(before);
  const { items } = await stack.core.listNamespacedPod({
    namespace: stack.namespace,
    labelSelector: "acme.cert-manager.io/http01-solver",
  });
  expect(items).toEqual([]);
});

interface Answer {
  readonly status: number | undefined;
  readonly location: string | undefined;
  readonly certificate: PeerCertificate | undefined;
}

/** One request at the load balancer, on a connection of its own. */
function ask(scheme: "http" | "https"): Promise<Answer> {
  const options = {
    host: address,
    path: "/",
    headers: { host: DOMAIN },
    agent: false,
    timeout: 10_000,
  } as const;
  return new Promise((done, fail) => {
    const asked =
      scheme === "http"
        ? requestHttp(options)
        : requestHttps({ ...options, servername: DOMAIN, rejectUnauthorized: false });
    asked.on("timeout", () => asked.destroy(new Error("no answer within 10 seconds")));
    asked.on("error", fail);
    asked.on("response", (response) => {
      const { statusCode: status, headers, socket } = response;
      const certificate =
        scheme === "https" ? (socket as TLSSocket).getPeerCertificate() : undefined;
      response.resume().on("end", () => done({ status, location: headers.location, certificate }));
    });
    asked.end();
  });
}
